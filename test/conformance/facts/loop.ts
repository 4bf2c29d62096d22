/** A loop over a stream: facts 50 to 53. */

import type { EventStream } from 'everysource'
import type { Answer } from '../../server/program.ts'
import {
  all,
  check,
  countingFetch,
  dataOf,
  ending,
  endsSoon,
  equal,
  type Fact,
  NO_CONTENT,
  refused,
  rejection,
  sleep,
  stream,
  thrown,
  withEnoughTime,
} from '../harness.ts'
import { ConnectionError, streamEvents } from '../under-test.ts'
import { ofOurs, ofOursIn, SERVER, type BehaviourFact } from './fact.ts'

const MIB = 2 ** 20

/** What a message of a flood looks like: 1 KiB. */
const KILOBYTE = `data: ${'x'.repeat(1024 - 'data: \n\n'.length)}\n\n`

/** What a way to leave a loop works on. */
interface Scene {
  events: EventStream
  abort: () => void
  /** Awaited with the event in hand. */
  pause: () => Promise<void>
}

/** The ways to leave a loop, each of which takes one event and is gone. */
const EXITS: Record<string, (scene: Scene) => Promise<void>> = {
  break: async ({ events, pause }) => {
    for await (const _ of events) {
      await pause()
      break
    }
  },
  return: async ({ events, pause }) => {
    const first = async (): Promise<string> => {
      for await (const { data } of events) {
        await pause()
        return data
      }
      return ''
    }
    equal(await first(), 'x')
  },
  'a throw': async ({ events, pause }) => {
    const failing = async (): Promise<void> => {
      for await (const { data } of events) {
        await pause()
        throw new Error(`it was ${data}`)
      }
    }
    equal(String(await rejection(failing())), 'Error: it was x')
  },
  'an aborted signal': async ({ events, abort, pause }) => {
    const aborting = async (): Promise<void> => {
      for await (const _ of events) {
        await pause()
        abort()
      }
    }
    equal(await rejection(aborting()), 'the reason')
  },
  'close()': async ({ events, pause }) => {
    for await (const _ of events) {
      await pause()
      events.close()
    }
  },
}

export const loop: BehaviourFact[] = [
  ...ofOurs(50, {
    'a loop takes the events in order: type, data, the id where the block has one, and the last event ID': async (
      fact,
    ) => {
      const served = await fact.serve(
        ending(
          'data: 1\n\n',
          'id: a\nevent: x\ndata: 2\ndata\n\ndata: 3\n\n',
          'id\ndata: 4\n\n',
          'id: b\n\n: c\n\ndata: 5\n\n',
        ),
      )
      const events = await all(streamEvents(served.url))
      equal(
        events.map((event) => 'id' in event),
        [false, true, false, true, false],
        'which have an id',
      )
      equal(events, [
        { type: 'message', data: '1', lastEventId: '' },
        { type: 'x', data: '2\n', id: 'a', lastEventId: 'a' },
        { type: 'message', data: '3', lastEventId: 'a' },
        { type: 'message', data: '4', id: '', lastEventId: '' },
        { type: 'message', data: '5', lastEventId: 'b' },
      ])
    },
    'it ends when the body ends, and an unfinished event is discarded': async (fact) => {
      const served = await fact.serve(ending('data: 1\n\nid: 2\ndata: 2\n'))
      const events = streamEvents(served.url)
      equal(await dataOf(events), ['1'])
      equal(events.lastEventId, '')
      equal((await served.log()).requests.length, 1, 'the number of requests')
    },
    'it ends when the server answers 204': async (fact) => {
      const served = await fact.serve(NO_CONTENT)
      equal(await dataOf(streamEvents(served.url, { reconnect: true })), [])
    },
    'it throws a ConnectionError with the status and the text of a response that is refused': async (fact) => {
      const served = await fact.serve(refused(429, { 'Retry-After': '7' }, '{"error":"slow down"}'))
      const events = streamEvents(served.url, { method: 'POST', body: '{}' })
      const error = await rejection(dataOf(events))
      check(error instanceof ConnectionError, 'it is no ConnectionError')
      equal([error.reason, error.status, error.retryAfter, error.body], ['status', 429, 7_000, '{"error":"slow down"}'])
      equal((await rejection(events.response)) === error, true, 'the rejection of response')
    },
    'it throws when the connection breaks off, after the events that came before': async (fact) => {
      const served = await fact.serve({
        steps: [{ write: 'data: 1\n\ndata: 2\n\n' }, { gate: 'taken' }, { reset: true }],
      })
      const taken: string[] = []
      const error = await rejection(
        (async () => {
          for await (const { data } of streamEvents(served.url)) {
            taken.push(data)
            if (taken.length === 2) await served.openGate('taken')
          }
        })(),
      )
      check(error instanceof ConnectionError, 'it is no ConnectionError')
      equal([taken, error.reason], [['1', '2'], 'network'])
    },
    'after it has thrown, or ended, there is nothing more': async (fact) => {
      const served = await fact.serve(refused(500), ending('data: 1\n\n'))
      for (const outcome of ['throw', 'end']) {
        const iterator = streamEvents(served.url)[Symbol.asyncIterator]()
        if (outcome === 'throw') await rejection(iterator.next())
        else equal(await iterator.next(), { done: false, value: { type: 'message', data: '1', lastEventId: '' } })
        equal([await iterator.next(), await iterator.next()], [{ done: true }, { done: true }])
      }
    },
    'the request goes out at the call': async (fact) => {
      const served = await fact.serve(stream('data: 1\n\n'))
      fact.closing(streamEvents(served.url))
      await served.log({ requests: 1 })
    },
    'calls of next() that do not wait for each other get one event each, in order': async (fact) => {
      const served = await fact.serve(ending('data: 1\n\n', 'data: 2\n\ndata: 3\n\n'))
      const iterator = streamEvents(served.url)[Symbol.asyncIterator]()
      const results = await Promise.all(Array.from({ length: 5 }, () => iterator.next()))
      equal(
        results.map(({ done, value }) => (done ? 'done' : value.data)),
        ['1', '2', '3', 'done', 'done'],
      )
    },
    'a second iterator is a TypeError': async (fact) => {
      const served = await fact.serve(stream('data: 1\n\n'))
      const events = fact.closing(streamEvents(served.url))
      events[Symbol.asyncIterator]()
      const error = thrown(() => events[Symbol.asyncIterator]())
      check(error instanceof TypeError && error.message.includes('tee()'), `it says ${error.message}`)
    },
    'response is the first good response, with its status and headers': async (fact) => {
      const served = await fact.serve({ headers: { 'X-Stream': 'seven' }, steps: [{ write: 'data: 1\n\n' }] })
      const events = fact.closing(streamEvents(served.url, { headers: { 'X-Stream': 'seven' } }))
      equal((await events.response).status, 200)
      if (fact.env.base === undefined) equal((await events.response).headers.get('x-stream'), 'seven')
    },
    'onComment is called in its turn among the events': async (fact) => {
      const served = await fact.serve(ending(': a\n\ndata: 1\n\n: b\n\ndata: 2\n\n: c\n\n'))
      const story: string[] = []
      const onComment = (text: string): unknown => story.push(`comment ${text}`)
      for await (const { data } of streamEvents(served.url, { onComment })) story.push(data)
      equal(story, ['comment a', '1', 'comment b', '2', 'comment c'])
    },
  }),

  ...ofOurs(51, {
    'without the option reconnect a loop is one request': async (fact) => {
      const served = await fact.serve(ending('retry: 1\ndata: 1\n\n'))
      const events = streamEvents(served.url)
      equal(await dataOf(events), ['1'])
      equal(events.reconnectionTime, 1)
      await sleep(300)
      equal((await served.log()).requests.length, 1, 'the number of requests')
    },
    'with it, one loop goes on across connections, each of which says what the loop took last': async (fact) => {
      // Before a busy runtime has read what came, a reset would throw it away.
      const cut: Answer = { steps: [{ write: 'id: 2\ndata: 2\n\n' }, { gate: 'heard' }, { reset: true }] }
      const served = await fact.serve(
        ending('retry: 100\nid: 1\ndata: 1\n\n'),
        cut,
        ending('id: 3\ndata: 3\n\n'),
        NO_CONTENT,
      )
      const events = streamEvents(served.url, { reconnect: true })
      const taken: string[] = []
      for await (const { data } of events) {
        taken.push(data)
        if (data === '2') await served.openGate('heard')
      }
      equal(taken, ['1', '2', '3'])
      equal([events.lastEventId, events.reconnectionTime], ['3', 100])
      const { requests } = await served.log()
      equal(
        requests.map(({ lastEventId }) => lastEventId ?? null),
        [null, '1', '2', '3'],
      )
    },
    'no reconnection is made before the loop asks for more': async (fact) => {
      const served = await fact.serve(ending('retry: 100\nid: 1\ndata: 1\n\ndata: [DONE]\n\n'))
      for await (const { data } of streamEvents(served.url, { reconnect: true })) {
        if (data !== '[DONE]') continue
        await served.log({ closed: 1 })
        await sleep(400)
        break
      }
      await sleep(200)
      equal((await served.log()).requests.length, 1, 'the number of requests')
    },
    'shouldReconnect is asked when the loop has dealt with what came before': async (fact) => {
      const served = await fact.serve({ steps: [{ write: 'data: last\n\n' }, { gate: 'taken' }, { end: true }] })
      let last = ''
      const shouldReconnect = (): boolean => last !== 'last'
      for await (const { data } of streamEvents(served.url, { reconnect: { shouldReconnect } })) {
        await served.openGate('taken')
        await served.log({ closed: 1 })
        await sleep(100)
        last = data
      }
      equal((await served.log()).requests.length, 1, 'the number of requests')
    },
    'an end is no end when shouldReconnect has thrown, whatever that was': async (fact) => {
      const served = await fact.serve(ending('data: 1\n\n'))
      for (const thrown of [new Error('mine'), undefined, { mine: true }]) {
        const shouldReconnect = (): never => {
          throw thrown
        }
        const error = await rejection(dataOf(streamEvents(served.url, { reconnect: { shouldReconnect } })))
        check(error instanceof ConnectionError && error.message.includes('shouldReconnect'), String(error))
      }
    },
    'a loop that has used up its attempts throws what the last one came to, but ends after a clean end': async (
      fact,
    ) => {
      const reconnect = { maxAttempts: 2 }
      const failing = await fact.serve(ending('retry: 100\n\n'), refused(503))
      const error = await rejection(dataOf(streamEvents(failing.url, { reconnect })))
      check(error instanceof ConnectionError, 'it is no ConnectionError')
      equal([error.reason, error.status, error.attempt], ['status', 503, 2])
      const empty = await fact.serve(ending('retry: 100\n\n'))
      equal(await dataOf(streamEvents(empty.url, { reconnect })), [])
      equal((await empty.log()).requests.length, 2, 'the number of requests')
    },
    'response is awaited without a loop, over attempts that fail': async (fact) => {
      const served = await fact.serve({ drop: true }, stream('data: 1\n\n'))
      const events = fact.closing(streamEvents(served.url, { reconnect: true, reconnectionTime: 100 }))
      equal((await events.response).status, 200)
    },
  }),

  ...ofOurs(
    52,
    Object.fromEntries(
      Object.entries(EXITS).map(([exit, leave]) => [
        `${exit} ends the loop, and the server sees it within half a second`,
        async (fact: Fact) => {
          const served = await fact.serve(stream('data: x\n\n', 'data: y\n\n'))
          const { signal, abort } = abortable()
          const events = streamEvents(served.url, { signal, reconnect: true })
          // Chromium may hold a connection for 5 s more when a response is aborted just as a chunk comes, with a plain fetch too.
          const pause = (): Promise<void> => (fact.env.base === undefined ? Promise.resolve() : sleep(100))
          await endsSoon(fact, served, () => leave({ events, abort, pause }))
        },
      ]),
    ),
  ),
  ...ofOurs(52, {
    'a loop that waits is left by close() and by an aborted signal, also before there is a response': async (fact) => {
      const served = await fact.serve({ before: 'never' })
      const { signal, abort } = abortable()
      const [closed, aborted] = [streamEvents(served.url), streamEvents(served.url, { signal })]
      const outcomes = [dataOf(closed), rejection(dataOf(aborted))]
      const leave = (): void => {
        closed.close()
        abort()
      }
      await endsSoon(fact, served, leave, 2)
      equal(await Promise.all(outcomes), [[], 'the reason'])
      equal(await Promise.all([closed, aborted].map(async ({ response }) => named(await rejection(response)))), [
        'AbortError',
        'the reason',
      ])
    },
    'return() and throw() of the iterator close the connection, as generators that delegate to it need': async (
      fact,
    ) => {
      for (const method of ['return', 'throw'] as const) {
        const served = await fact.serve(stream('data: x\n\n'))
        const iterator = streamEvents(served.url)[Symbol.asyncIterator]()
        await iterator.next()
        if (method === 'return') equal(await iterator.return(), { done: true })
        else equal(String(await rejection(iterator.throw(new Error('mine')))), 'Error: mine')
        equal(await iterator.next(), { done: true })
        await served.log({ closed: 1 })
      }
    },
    'leaving in the wait cancels the reconnection': async (fact) => {
      await withEnoughTime([400, 2_000, 10_000], async (wait) => {
        const served = await fact.serve(ending(`retry: ${wait}\ndata: 1\n\n`))
        let isLost: (at: number) => void = () => undefined
        const lost = new Promise<number>((resolve) => (isLost = resolve))
        const shouldReconnect = (): undefined => {
          isLost(performance.now())
          return undefined
        }
        const events = streamEvents(served.url, { reconnect: { jitter: 0, shouldReconnect } })
        const taken = dataOf(events)
        const since = await lost
        await sleep(50)
        events.close()
        if (performance.now() - since > wait / 2) return false
        equal(await taken, ['1'])
        await sleep(2 * wait)
        equal((await served.log()).requests.length, 1, 'the number of requests')
        return true
      })
    },
    'a signal that is aborted already sends nothing, and the loop throws its reason': async (fact) => {
      const served = await fact.serve(stream('data: 1\n\n'))
      const { signal, abort } = abortable()
      abort()
      equal(await rejection(dataOf(streamEvents(served.url, { signal }))), 'the reason')
      equal((await served.log()).requests.length, 0, 'the number of requests')
    },
    'Symbol.asyncDispose is close(), where the runtime has it': async (fact) => {
      const served = await fact.serve(stream('data: x\n\n'))
      const events = fact.closing(streamEvents(served.url))
      await served.log({ requests: 1 })
      if ('asyncDispose' in Symbol) await events[Symbol.asyncDispose]()
      else events.close()
      equal(await dataOf(events), [])
      await served.log({ closed: 1 })
    },
  }),

  // Chromium has a test of its own (test/browser/slow-loop.ts): under a debugger's eyes it reads ahead without end.
  ...ofOursIn(SERVER, 53, {
    'a slow loop holds the server back: of 100 MB it is rid of what sockets hold, and then of no more': async (
      fact,
    ) => {
      const served = await fact.serve({ steps: [{ flood: KILOBYTE, bytes: 100 * MIB }, { end: true }] })
      const flooded = async (): Promise<number> => (await served.log()).requests[0]?.flooded ?? 0
      let taken = 0
      let before = 0
      for await (const _ of streamEvents(served.url)) {
        await sleep(10)
        if (++taken === 100) before = await flooded()
        if (taken === 200) break
      }
      const after = await flooded()
      check(before > 0 && after < 24 * MIB, `the server was rid of ${after} bytes`)
      // Sockets grow while they are used.
      check(after - before < 8 * MIB, `the server was rid of ${after - before} bytes while 100 KiB were taken`)
    },
    'a slow loop loses nothing of what had come when the connection breaks off': async (fact) => {
      const lines = Array.from({ length: 10 }, (_, i) => `data: ${i}\n\n`)
      const writes = lines.flatMap((write) => [{ write }, { wait: 5 }])
      const served = await fact.serve({ steps: [...writes, { gate: 'came' }, { reset: true }] })
      const { fetch, bytesRead } = countingFetch()
      const taken: string[] = []
      const error = await rejection(
        (async () => {
          for await (const { data } of streamEvents(served.url, { fetch })) {
            taken.push(data)
            if (data !== '0') continue
            const hasCome = (): boolean => bytesRead() === lines.join('').length
            await served.untilTrue(5_000, hasCome, 'nothing was read ahead of the loop')
            await served.openGate('came')
            await served.log({ closed: 1 })
            await sleep(100)
          }
        })(),
      )
      check(error instanceof ConnectionError, 'it is no ConnectionError')
      equal([taken.join(''), error.reason], ['0123456789', 'network'])
    },
  }),
  ...ofOurs(53, {
    'a loop at work waits for nothing: silence meanwhile is none': (fact) =>
      withEnoughTime([400, 2_000, 10_000], async (idleTimeout) => {
        const served = await fact.serve({
          steps: [{ write: 'data: 1\n\n' }, { gate: 'done' }, { write: 'data: 2\n\n' }],
        })
        const taken: string[] = []
        try {
          for await (const { data } of streamEvents(served.url, { idleTimeout })) {
            taken.push(data)
            if (data === '2') break
            await sleep(2.5 * idleTimeout)
            equal(
              (await served.log()).requests[0]?.endedAt,
              null,
              'the end of the connection while the loop is at work',
            )
            await served.openGate('done')
          }
        } catch (error) {
          // On a busy machine the server may be silent for that long too.
          if (error instanceof ConnectionError && error.reason === 'timeout') return false
          throw error
        }
        equal(taken, ['1', '2'])
        return true
      }),
    '50,000 events come through a loop that awaits: all there, in order': async (fact) => {
      const numbers = Array.from({ length: 50_000 }, (_, i) => String(i))
      const served = await fact.serve(ending(numbers.map((number) => `data: ${number}\n\n`).join('')))
      const taken: string[] = []
      for await (const { data } of streamEvents(served.url)) {
        await Promise.resolve()
        taken.push(data)
      }
      equal(taken, numbers, 'what was taken')
    },
  }),
]

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController()
  return {
    signal: controller.signal,
    abort: () => {
      controller.abort('the reason')
    },
  }
}

function named(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'name' in error ? error.name : error
}
