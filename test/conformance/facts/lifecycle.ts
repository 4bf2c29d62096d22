/** The lifecycle of a source: facts 23, 24 and 27. Facts 25 and 26 are in test/runtimes/processes.ts. */

import {
  type Fact,
  check,
  ending,
  closesSoon,
  equal,
  idleUntilChecked,
  closesWhileIdle,
  redirect,
  sleep,
  stream,
  withEnoughTime,
} from '../harness.ts'
import type { Log } from '../../server/program.ts'
import { isOurs, type BehaviorFact } from './fact.ts'

/** How early a timer may fire as measured by the server, in ms. */
const TIMER_TOLERANCE = 5

/** The times between requests, in ms. A busy machine can only make them longer. */
function waitsIn({ requests }: Log): number[] {
  return requests.slice(1).map(({ at }, index) => Math.round(at - (requests[index]?.at ?? 0)))
}

/** How many requests prove a reconnect storm. A busy machine may delay a few of a native class, but not this many. */
function requestsOfAStorm({ env }: Fact): number {
  return env.ours ? 5 : 40
}

export const lifecycle: BehaviorFact[] = [
  {
    number: 23,
    title: 'close() before the response aborts the request',
    run: async (fact) => {
      const served = await fact.serve({ before: 'never' })
      const recorder = fact.listen(served.url)
      await closesSoon(fact, served, () => {
        recorder.source.close()
        equal(recorder.source.readyState, 2, 'readyState')
      })
      equal(recorder.summary, [])
    },
  },
  {
    number: 23,
    title: 'close() on an open connection ends it without firing an event',
    run: async (fact) => {
      const served = await fact.serve(stream('data: 1\n\n'))
      const recorder = fact.listen(served.url)
      await recorder.until('message')
      await closesSoon(fact, served, () => {
        recorder.source.close()
        recorder.source.close()
        equal(recorder.source.readyState, 2, 'readyState')
      })
      await sleep(50)
      equal(recorder.summary, ['open', 'message: 1'])
    },
  },
  {
    number: 23,
    title: 'close() ends an idle connection that was reached through a redirect',
    needs: isOurs,
    run: async (fact) => {
      const target = await fact.serve(idleUntilChecked('data: 1\n\n'))
      const recorder = fact.listen((await fact.serve(redirect(target.url))).url)
      await recorder.until('message')
      recorder.source.close()
      await closesWhileIdle(target)
    },
  },
  {
    number: 23,
    title: 'close() while waiting to reconnect cancels the reconnection',
    run: (fact) =>
      withEnoughTime([200, 1_000, 5_000], async (wait) => {
        const served = await fact.serve(ending(`retry: ${wait}\n\n`))
        const recorder = fact.listen(served.url)
        await recorder.until('error')
        const lostAt = performance.now()
        await sleep(20)
        recorder.source.close()
        if (performance.now() - lostAt > wait / 2) return false
        await sleep(4 * wait)
        equal(recorder.summary, ['open', 'error 0'])
        equal((await served.log()).requests.length, 1, 'the number of requests')
        return true
      }),
  },
  {
    number: 23,
    title: 'close() right after construction fires nothing',
    run: async (fact) => {
      const served = await fact.serve(stream('data: 1\n\n'))
      const recorder = fact.listen(served.url)
      recorder.source.close()
      await sleep(200)
      equal([recorder.summary, recorder.source.readyState], [[], 2])
    },
  },
  {
    number: 24,
    title: 'the initial reconnection time is 3,000 ms',
    run: async (fact) => {
      const served = await fact.serve(ending('data: 1\n\n'), stream())
      const { source } = fact.listen(served.url)
      if (fact.env.ours) equal(Reflect.get(source, 'reconnectionTime'), 3_000, 'the reconnection time')
      await served.log({ closed: 1 })
      // In browsers, other tests may occupy all connections, in Chromium for up to five seconds each.
      await served.within(fact.env.base === undefined ? 5_000 : 10_000, { requests: 2 })
      const [wait = 0] = waitsIn(await served.log())
      check(wait > 2_900, `it waited ${wait} ms`)
    },
  },
  {
    number: 24,
    title: 'retry: 0 does not cause a reconnect storm if the server closes every connection immediately',
    run: async (fact) => {
      const served = await fact.serve(ending('retry: 0\n\n'))
      fact.listen(served.url)
      const waits = waitsIn(await served.log({ requests: requestsOfAStorm(fact) }))
      // The waits start at 100 ms and double: four in the first second, and then fewer.
      const grow = waits.every((wait, index) => wait >= 100 * 2 ** index - TIMER_TOLERANCE)
      check(grow, `it waited for ${waits.join(', ')} ms`)
    },
  },
  {
    number: 24,
    title: 'retry: 0 does not cause a reconnect storm if the server closes after each message',
    run: async (fact) => {
      const served = await fact.serve(ending('retry: 0\ndata: x\n\n'))
      fact.listen(served.url)
      const waits = waitsIn(await served.log({ requests: requestsOfAStorm(fact) }))
      const isCalm = waits.every((wait) => wait >= 100 - TIMER_TOLERANCE)
      check(isCalm, `it waited for ${waits.join(', ')} ms`)
    },
  },
  {
    number: 27,
    title: 'a lost connection fires one error, whether it ends cleanly or is reset',
    run: async (fact) => {
      const served = await fact.serve(
        ending('retry: 10\ndata: 1\n\n'),
        { steps: [{ write: 'data: 2\n\ndata: unfin' }, { gate: 'received' }, { reset: true }] },
        { steps: [{ write: 'data: 3\n\n' }, { gate: 'received' }, { end: true }] },
        stream('data: 4\n\n'),
      )
      const recorder = fact.listen(served.url)
      await recorder.until('message', 2)
      await served.openGate('received')
      await recorder.until('message', 4)
      const lost = (n: number): string[] => ['open', `message: ${n}`, 'error 0']
      equal(recorder.summary, [...lost(1), ...lost(2), ...lost(3), 'open', 'message: 4'])
    },
  },
]
