/** `for await` loops: facts 50 to 53. */

import type { EventStream } from 'everysource'
import type { Answer } from '../../server/program.ts'
import {
  all,
  check,
  countingFetch,
  dataOf,
  ending,
  closesSoon,
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
import { ourFacts, ourFactsIn, onServer, type BehaviorFact } from './fact.ts'

const MIB = 2 ** 20

/** A message of 1 KiB. */
const KILOBYTE = `data: ${'x'.repeat(1024 - 'data: \n\n'.length)}\n\n`

/** The context for leaving a loop. */
interface LoopContext {
  events: EventStream
  abort: () => void
  /** Awaited before leaving. */
  pause: () => Promise<void>
}

/** The ways to leave a loop after its first event. */
const EXITS: Record<string, (context: LoopContext) => Promise<void>> = {
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
  throw: async ({ events, pause }) => {
    const failing = async (): Promise<void> => {
      for await (const { data } of events) {
        await pause()
        throw new Error(`it was ${data}`)
      }
    }
    equal(String(await rejection(failing())), 'Error: it was x')
  },
  'aborting the signal': async ({ events, abort, pause }) => {
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

export const loops: BehaviorFact[] = [
  ...ourFacts(50, {
    'a loop yields the events in order, with type, data, lastEventId, and id if the event has one': async (fact) => {
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
    'a loop ends with the body and discards an incomplete event': async (fact) => {
      const served = await fact.serve(ending('data: 1\n\nid: 2\ndata: 2\n'))
      const events = streamEvents(served.url)
      equal(await dataOf(events), ['1'])
      equal(events.lastEventId, '')
      equal((await served.log()).requests.length, 1, 'the number of requests')
    },
    'a loop ends when the server responds with 204': async (fact) => {
      const served = await fact.serve(NO_CONTENT)
      equal(await dataOf(streamEvents(served.url, { reconnect: true })), [])
    },
    'a loop throws a ConnectionError with the status and body of a refused response': async (fact) => {
      const served = await fact.serve(refused(429, { 'Retry-After': '7' }, '{"error":"slow down"}'))
      const events = streamEvents(served.url, { method: 'POST', body: '{}' })
      const error = await rejection(dataOf(events))
      check(error instanceof ConnectionError, 'the error is not a ConnectionError')
      equal([error.reason, error.status, error.retryAfter, error.body], ['status', 429, 7_000, '{"error":"slow down"}'])
      equal((await rejection(events.response)) === error, true, 'the rejection of response')
    },
    'a loop throws when the connection is lost, after yielding all earlier events': async (fact) => {
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
      check(error instanceof ConnectionError, 'the error is not a ConnectionError')
      equal([taken, error.reason], [['1', '2'], 'network'])
    },
    'a loop that has thrown or ended yields nothing more': async (fact) => {
      const served = await fact.serve(refused(500), ending('data: 1\n\n'))
      for (const outcome of ['throw', 'end']) {
        const iterator = streamEvents(served.url)[Symbol.asyncIterator]()
        if (outcome === 'throw') await rejection(iterator.next())
        else equal(await iterator.next(), { done: false, value: { type: 'message', data: '1', lastEventId: '' } })
        equal([await iterator.next(), await iterator.next()], [{ done: true }, { done: true }])
      }
    },
    'streamEvents() sends the request immediately': async (fact) => {
      const served = await fact.serve(stream('data: 1\n\n'))
      fact.closing(streamEvents(served.url))
      await served.log({ requests: 1 })
    },
    'concurrent calls of next() get one event each, in order': async (fact) => {
      const served = await fact.serve(ending('data: 1\n\n', 'data: 2\n\ndata: 3\n\n'))
      const iterator = streamEvents(served.url)[Symbol.asyncIterator]()
      const results = await Promise.all(Array.from({ length: 5 }, () => iterator.next()))
      equal(
        results.map(({ done, value }) => (done ? 'done' : value.data)),
        ['1', '2', '3', 'done', 'done'],
      )
    },
    'requesting a second iterator throws a TypeError': async (fact) => {
      const served = await fact.serve(stream('data: 1\n\n'))
      const events = fact.closing(streamEvents(served.url))
      events[Symbol.asyncIterator]()
      const error = thrown(() => events[Symbol.asyncIterator]())
      check(error instanceof TypeError && error.message.includes('tee()'), error.message)
    },
    'the response promise resolves with the first successful response': async (fact) => {
      const served = await fact.serve({ headers: { 'X-Stream': 'seven' }, steps: [{ write: 'data: 1\n\n' }] })
      const events = fact.closing(streamEvents(served.url, { headers: { 'X-Stream': 'seven' } }))
      equal((await events.response).status, 200)
      if (fact.env.base === undefined) equal((await events.response).headers.get('x-stream'), 'seven')
    },
    'onComment is called in order with the events of a loop': async (fact) => {
      const served = await fact.serve(ending(': a\n\ndata: 1\n\n: b\n\ndata: 2\n\n: c\n\n'))
      const log: string[] = []
      const onComment = (text: string): unknown => log.push(`comment ${text}`)
      for await (const { data } of streamEvents(served.url, { onComment })) log.push(data)
      equal(log, ['comment a', '1', 'comment b', '2', 'comment c'])
    },
  }),

  ...ourFacts(51, {
    'a loop without the reconnect option sends one request': async (fact) => {
      const served = await fact.serve(ending('retry: 1\ndata: 1\n\n'))
      const events = streamEvents(served.url)
      equal(await dataOf(events), ['1'])
      equal(events.reconnectionTime, 1)
      await sleep(300)
      equal((await served.log()).requests.length, 1, 'the number of requests')
    },
    'a loop with reconnect continues across connections, sending the ID of the last event it yielded': async (fact) => {
      // The gate delays the reset until the event was read: a reset discards unread data.
      const cut: Answer = { steps: [{ write: 'id: 2\ndata: 2\n\n' }, { gate: 'received' }, { reset: true }] }
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
        if (data === '2') await served.openGate('received')
      }
      equal(taken, ['1', '2', '3'])
      equal([events.lastEventId, events.reconnectionTime], ['3', 100])
      const { requests } = await served.log()
      equal(
        requests.map(({ lastEventId }) => lastEventId ?? null),
        [null, '1', '2', '3'],
      )
    },
    'a loop does not reconnect until it requests another event': async (fact) => {
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
    'shouldReconnect is called after the loop has processed all earlier events': async (fact) => {
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
    'a loop throws a ConnectionError if shouldReconnect throws anything': async (fact) => {
      const served = await fact.serve(ending('data: 1\n\n'))
      for (const thrown of [new Error('mine'), undefined, { mine: true }]) {
        const shouldReconnect = (): never => {
          throw thrown
        }
        const error = await rejection(dataOf(streamEvents(served.url, { reconnect: { shouldReconnect } })))
        check(error instanceof ConnectionError && error.message.includes('shouldReconnect'), String(error))
      }
    },
    'a loop that runs out of attempts throws the last failure, or ends if the last response ended cleanly': async (
      fact,
    ) => {
      const reconnect = { maxAttempts: 2 }
      const failing = await fact.serve(ending('retry: 100\n\n'), refused(503))
      const error = await rejection(dataOf(streamEvents(failing.url, { reconnect })))
      check(error instanceof ConnectionError, 'the error is not a ConnectionError')
      equal([error.reason, error.status, error.attempt], ['status', 503, 2])
      const empty = await fact.serve(ending('retry: 100\n\n'))
      equal(await dataOf(streamEvents(empty.url, { reconnect })), [])
      equal((await empty.log()).requests.length, 2, 'the number of requests')
    },
    'the response promise waits through failed attempts, even without a loop': async (fact) => {
      const served = await fact.serve({ drop: true }, stream('data: 1\n\n'))
      const events = fact.closing(streamEvents(served.url, { reconnect: true, reconnectionTime: 100 }))
      equal((await events.response).status, 200)
    },
  }),

  ...ourFacts(
    52,
    Object.fromEntries(
      Object.entries(EXITS).map(([exit, leave]) => [
        `${exit} ends the loop and closes the connection within half a second`,
        async (fact: Fact) => {
          const served = await fact.serve(stream('data: x\n\n', 'data: y\n\n'))
          const { signal, abort } = abortable()
          const events = streamEvents(served.url, { signal, reconnect: true })
          // Chromium may keep a connection for 5 s if a response is aborted just as a chunk arrives, even with a plain fetch.
          const pause = (): Promise<void> => (fact.env.base === undefined ? Promise.resolve() : sleep(100))
          await closesSoon(fact, served, () => leave({ events, abort, pause }))
        },
      ]),
    ),
  ),
  ...ourFacts(52, {
    'close() and aborting the signal end a waiting loop, even before the response': async (fact) => {
      const served = await fact.serve({ before: 'never' })
      const { signal, abort } = abortable()
      const [closed, aborted] = [streamEvents(served.url), streamEvents(served.url, { signal })]
      const outcomes = [dataOf(closed), rejection(dataOf(aborted))]
      const leave = (): void => {
        closed.close()
        abort()
      }
      await closesSoon(fact, served, leave, 2)
      equal(await Promise.all(outcomes), [[], 'the reason'])
      equal(await Promise.all([closed, aborted].map(async ({ response }) => named(await rejection(response)))), [
        'AbortError',
        'the reason',
      ])
    },
    "the iterator's return() and throw() close the connection, as yield* requires": async (fact) => {
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
    'close() while a loop waits to reconnect cancels the reconnection': async (fact) => {
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
    'with an already aborted signal, nothing is sent and the loop throws its reason': async (fact) => {
      const served = await fact.serve(stream('data: 1\n\n'))
      const { signal, abort } = abortable()
      abort()
      equal(await rejection(dataOf(streamEvents(served.url, { signal }))), 'the reason')
      equal((await served.log()).requests.length, 0, 'the number of requests')
    },
    'Symbol.asyncDispose closes the stream, where the runtime supports it': async (fact) => {
      const served = await fact.serve(stream('data: x\n\n'))
      const events = fact.closing(streamEvents(served.url))
      await served.log({ requests: 1 })
      if ('asyncDispose' in Symbol) await events[Symbol.asyncDispose]()
      else events.close()
      equal(await dataOf(events), [])
      await served.log({ closed: 1 })
    },
  }),

  // Browsers are tested in test/browser/slow-loop.ts: with a debugger attached, Chromium reads ahead without limit.
  ...ourFactsIn(onServer, 53, {
    'a slow loop applies backpressure: a server with 100 MiB to send stalls once the socket buffers are full': async (
      fact,
    ) => {
      const served = await fact.serve({ steps: [{ repeat: KILOBYTE, bytes: 100 * MIB }, { end: true }] })
      const sentBytes = async (): Promise<number> => (await served.log()).requests[0]?.repeatedBytes ?? 0
      let taken = 0
      let before = 0
      for await (const _ of streamEvents(served.url)) {
        await sleep(10)
        if (++taken === 100) before = await sentBytes()
        if (taken === 200) break
      }
      const after = await sentBytes()
      check(before > 0 && after < 24 * MIB, `the server sent ${after} bytes`)
      // Socket buffers grow while they are in use.
      check(after - before < 8 * MIB, `the server sent ${after - before} bytes while the loop took 100 KiB`)
    },
    'a slow loop yields every event that arrived before the connection was lost': async (fact) => {
      const lines = Array.from({ length: 10 }, (_, i) => `data: ${i}\n\n`)
      const writes = lines.flatMap((write) => [{ write }, { wait: 5 }])
      const served = await fact.serve({ steps: [...writes, { gate: 'arrived' }, { reset: true }] })
      const { fetch, bytesRead } = countingFetch()
      const taken: string[] = []
      const error = await rejection(
        (async () => {
          for await (const { data } of streamEvents(served.url, { fetch })) {
            taken.push(data)
            if (data !== '0') continue
            const hasArrived = (): boolean => bytesRead() === lines.join('').length
            await served.untilTrue(5_000, hasArrived, 'nothing was read ahead of the loop')
            await served.openGate('arrived')
            await served.log({ closed: 1 })
            await sleep(100)
          }
        })(),
      )
      check(error instanceof ConnectionError, 'the error is not a ConnectionError')
      equal([taken.join(''), error.reason], ['0123456789', 'network'])
    },
  }),
  ...ourFacts(53, {
    'idleTimeout does not count while the loop body is busy': (fact) =>
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
              'when the connection closed while the loop body was busy',
            )
            await served.openGate('done')
          }
        } catch (error) {
          // On a busy machine, the server itself may be silent for that long.
          if (error instanceof ConnectionError && error.reason === 'timeout') return false
          throw error
        }
        equal(taken, ['1', '2'])
        return true
      }),
    'a loop that awaits yields all of 50,000 events in order': async (fact) => {
      const numbers = Array.from({ length: 50_000 }, (_, i) => String(i))
      const served = await fact.serve(ending(numbers.map((number) => `data: ${number}\n\n`).join('')))
      const taken: string[] = []
      for await (const { data } of streamEvents(served.url)) {
        await Promise.resolve()
        taken.push(data)
      }
      equal(taken, numbers, 'the events')
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
