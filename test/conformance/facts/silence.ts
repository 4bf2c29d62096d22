/** Silent connections, waking up, and hidden pages: facts 42 and 56. */

import type { EventSourceInit } from '../../../src/index.ts'
import type { Step } from '../../server/program.ts'
import { check, equal, sleep, stream, thrown, withEnoughTime } from '../harness.ts'
import { inBrowser, ourFacts, ourFactsIn, type BehaviorFact } from './fact.ts'

const COMMENT: Step = { write: ':\n\n' }
const HOUR = 3_600_000
/** In ms. Longer than any test. */
const NEVER = 600_000

/** Sets the wall clock while the test runs. Other sources would notice. */
async function withClockSet(ms: number, test: () => Promise<void>): Promise<void> {
  const { now } = Date
  Date.now = () => now() + ms
  try {
    await test()
  } finally {
    Date.now = now
  }
}

export const silence: BehaviorFact[] = [
  ...ourFacts(42, {
    'idleTimeout "auto" reconnects with the last event ID when regular comments stop': (fact) =>
      withEnoughTime([600, 1_500, 4_000], async (interval) => {
        const comments = Array.from({ length: 12 }, (): Step[] => [{ wait: interval }, COMMENT]).flat()
        const served = await fact.serve(
          { steps: [{ write: 'id: 1\ndata: x\n\n' }, ...comments] },
          stream('data: y\n\n'),
        )
        let received = 0
        let last = performance.now()
        let longestGap = interval
        const recorder = fact.listenWith(served.url, {
          idleTimeout: 'auto',
          reconnectionTime: 10,
          onComment: () => {
            const now = performance.now()
            if (received++ > 0) longestGap = Math.max(longestGap, now - last)
            last = now
          },
        })
        await recorder.until('message')
        while (received < 12 && recorder.errors.length === 0) await sleep(50)
        // On a busy machine, the comments may arrive too irregularly, or so late that they seem to have stopped.
        for (let waited = 0; recorder.errors.length === 0; waited += 100) {
          if (waited > 5 * Math.max(interval, 1_000)) return false
          await sleep(100)
        }
        if (received < 12) return false
        await recorder.until('message', 2)
        equal(recorder.summary, ['open', 'message: x', 'error 0', 'open', 'message: y'])
        const { error } = recorder.errors[0] ?? {}
        equal(error?.reason, 'timeout', 'the reason')
        const limit = Number(/sent nothing for ([\d.]+) ms/.exec(error?.message ?? '')?.[1])
        // With time for a busy machine between the chunk and the callback.
        const longest = 4 * longestGap * 1.25 + 500
        check(limit >= 3_000 && limit <= Math.max(3_000, longest), `the limit was ${limit} ms`)
        const { requests } = await served.log({ closed: 1 })
        equal(requests[1]?.lastEventId, '1', 'Last-Event-ID')
        return true
      }),
    'idleTimeout "auto" keeps a stream whose comments are irregular': async (fact) => {
      const waits = [550, 1_000, 600, 900, 550, 1_000, 650, 950]
      const irregular = waits.flatMap((wait): Step[] => [{ wait }, COMMENT])
      const served = await fact.serve({ steps: [...irregular, { wait: 3_800 }, { write: 'data: x\n\n' }] })
      const recorder = fact.listenWith(served.url, { idleTimeout: 'auto' })
      await recorder.until('message')
      equal(recorder.summary, ['open', 'message: x'])
      equal((await served.log()).requests.length, 1, 'the number of requests')
    },
  }),

  // The clock and the events are those of all sources, so these facts run alone.
  ...[
    ...ourFacts(42, {
      'after a sleep, by the wall clock, a silent connection is lost within seconds': async (fact) => {
        const served = await fact.serve(stream('id: 1\ndata: x\n\n'), stream('data: y\n\n'))
        const recorder = fact.listenWith(served.url, { idleTimeout: NEVER, reconnectionTime: 10 })
        await recorder.until('message')
        await withClockSet(HOUR, async () => {
          await recorder.until('error')
          equal(recorder.errors[0]?.error.reason, 'timeout', 'the reason')
        })
        await recorder.until('message', 2)
        equal((await served.log()).requests[1]?.lastEventId, '1', 'Last-Event-ID')
      },
      'a clock that is set back, or corrected by seconds, loses no connection': async (fact) => {
        for (const ms of [-HOUR, 8_000]) {
          // Long enough for one check of the clock.
          const served = await fact.serve({
            steps: [{ write: 'data: x\n\n' }, { gate: 'on' }, { write: 'data: y\n\n' }],
          })
          const recorder = fact.listenWith(served.url, { idleTimeout: 4_000 })
          await recorder.until('message')
          await withClockSet(ms, async () => {
            await sleep(2_500)
            await served.openGate('on')
            await recorder.until('message', 2)
          })
          equal(recorder.summary, ['open', 'message: x', 'message: y'])
        }
      },
    }),
    ...ourFactsIn(inBrowser, 42, {
      'the online event after a sleep loses a silent connection at once': (fact) =>
        withEnoughTime([1, 2, 3], async () => {
          const served = await fact.serve(stream('data: x\n\n'), stream('data: y\n\n'))
          const recorder = fact.listenWith(served.url, { idleTimeout: NEVER, reconnectionTime: 10 })
          await recorder.until('message')
          const started = performance.now()
          await withClockSet(HOUR, async () => {
            dispatchEvent(new Event('online'))
            await recorder.until('error')
          })
          equal(recorder.errors[0]?.error.reason, 'timeout', 'the reason')
          // Without the event, it would take up to two and a half seconds.
          return performance.now() - started < 1_200
        }),
    }),
  ].map((fact): BehaviorFact => ({ ...fact, alone: true })),

  ...ourFacts(56, {
    'whenHidden "close" changes nothing while no page is hidden': async (fact) => {
      const served = await fact.serve({
        steps: [{ write: 'id: 1\ndata: x\n\n' }, { wait: 3_000 }, { write: 'data: y\n\n' }],
      })
      const recorder = fact.listenWith(served.url, { whenHidden: 'close' })
      await recorder.until('message', 2)
      equal(recorder.summary, ['open', 'message: x', 'message: y'])
    },
    'whenHidden "close" throws a TypeError if showing the page would repeat a POST': (fact) => {
      const post: EventSourceInit = { method: 'POST', body: 'x', whenHidden: 'close' }
      const { name, message } = thrown(() => fact.open(fact.otherOrigin, post))
      check(name === 'TypeError' && message.includes('"whenHidden"'), `the error is ${name}: ${message}`)
      fact.open(fact.otherOrigin, { ...post, reconnect: true }).close()
      fact.open(fact.otherOrigin, { ...post, resume: () => ({ method: 'GET' }) }).close()
    },
  }),
]
