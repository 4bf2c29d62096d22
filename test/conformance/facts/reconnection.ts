/** Timeouts and the reconnect policy: facts 42 to 44. */

import type { ConnectionError } from '../../../src/index.ts'
import type { LoggedRequest } from '../../server/program.ts'
import {
  RECONNECT_AFTER_END,
  breaking,
  check,
  ending,
  equal,
  NO_CONTENT,
  refused,
  sleep,
  stream,
  withEnoughTime,
} from '../harness.ts'
import { ourFacts, type BehaviorFact } from './fact.ts'

export const reconnection: BehaviorFact[] = [
  ...ourFacts(42, {
    'connectTimeout fails an attempt without a response with reason timeout, and the source retries': async (fact) => {
      const served = await fact.serve({ before: 'never' }, stream('data: x\n\n'))
      const recorder = fact.listenWith(served.url, { connectTimeout: 200, reconnectionTime: 10 })
      await recorder.until('message')
      // On a busy machine, the next attempt may time out too.
      equal([...new Set(recorder.summary)], ['error 0', 'open', 'message: x'])
      equal(recorder.errors[0]?.error.reason, 'timeout', 'the reason')
      await served.log({ closed: 1 })
    },
    'connectTimeout does not affect an open stream': async (fact) => {
      const served = await fact.serve({ steps: [{ write: 'data: x\n\n' }, { wait: 700 }, { write: 'data: y\n\n' }] })
      const recorder = fact.listenWith(served.url, { connectTimeout: 300 })
      await recorder.until('message', 2)
      // On a busy machine, the first attempts may time out before the stream opens.
      equal(recorder.summary.slice(recorder.summary.indexOf('open')), ['open', 'message: x', 'message: y'])
    },
    'idleTimeout reconnects a silent connection with reason timeout; comments keep it open': (fact) =>
      withEnoughTime([1_000, 3_000, 9_000], async (idleTimeout) => {
        const comment = [{ wait: idleTimeout / 5 }, { write: ':\n' }]
        const served = await fact.serve(
          { steps: [...Array.from({ length: 8 }, () => comment).flat(), { write: 'id: 1\ndata: x\n\n' }] },
          stream('data: y\n\n'),
        )
        const recorder = fact.listenWith(served.url, { idleTimeout, reconnectionTime: 10 })
        await recorder.until('error')
        if (recorder.messages.length === 0) return false
        await recorder.until('message', 2)
        if (recorder.errors.length > 1) return false
        equal(recorder.summary, ['open', 'message: x', 'error 0', 'open', 'message: y'])
        equal(recorder.errors[0]?.error.reason, 'timeout', 'the reason')
        const { requests } = await served.log({ closed: 1 })
        equal(requests[1]?.lastEventId, '1', 'Last-Event-ID')
        return true
      }),
  }),

  ...ourFacts(43, {
    'reconnect: false never reconnects after a lost connection': async (fact) => {
      for (const answer of [
        ending('data: x\n\n'),
        { steps: [{ write: 'data: x\n\n' }, { wait: 50 }, { reset: true }] } as const,
      ]) {
        const served = await fact.serve({ steps: [...(answer.steps ?? [])] })
        const recorder = fact.listenWith(served.url, { reconnect: false, reconnectionTime: 10 })
        await recorder.until('error')
        await sleep(200)
        equal(recorder.summary.slice(-1), ['error 2'])
        equal((await served.log()).requests.length, 1, 'the number of requests')
      }
    },
    'maxAttempts counts consecutive requests without a message, including the first': async (fact) => {
      const failing = { drop: true } as const
      const served = await fact.serve(
        ending('retry: 10\n\n'),
        ending('data: x\n\n'),
        ending(':\n'),
        ending(':\n'),
        failing,
      )
      const recorder = fact.listenWith(served.url, { reconnect: { maxAttempts: 2 } })
      await recorder.until('error', 4)
      equal(recorder.summary, [
        'open',
        'error 0',
        'open',
        'message: x',
        'error 0',
        'open',
        'error 0',
        'open',
        'error 2',
      ])
      equal(
        recorder.errors.map(({ error, willReconnect }) => [error.attempt, willReconnect]),
        [
          [1, true],
          [2, true],
          [1, true],
          [2, false],
        ],
      )
    },
    'methods other than GET do not reconnect after a clean end, unless shouldReconnect or resume says so': async (
      fact,
    ) => {
      const post = { method: 'POST', body: '{}', reconnectionTime: 10 }
      const cases = [
        [{ ...post, reconnect: true }, 1],
        [{ ...post, reconnect: { maxAttempts: 5 } }, 1],
        [{ ...post, reconnect: { shouldReconnect: () => undefined } }, 1],
        [{ ...post, reconnect: RECONNECT_AFTER_END }, 3],
        [
          {
            ...post,
            reconnect: { shouldReconnect: ({ reason }: ConnectionError) => (reason === 'ended' ? 100 : false) },
          },
          3,
        ],
        [{ ...post, resume: () => ({}) }, 3],
        [{ reconnectionTime: 10, reconnect: true }, 3],
      ] as const
      for (const [options, requests] of cases) {
        const served = await fact.serve(ending('data: x\n\n'), ending('data: x\n\n'), NO_CONTENT)
        const recorder = fact.listenWith(served.url, options)
        await recorder.until('error', requests)
        equal(recorder.summary.at(-1), 'error 2')
        equal(recorder.errors.at(-1)?.error.reason, requests === 1 ? 'ended' : 'status', 'the reason')
        equal((await served.log()).requests.length, requests, `the requests with ${JSON.stringify(options)}`)
      }
    },
    'methods other than GET reconnect after a lost connection if reconnect is true': async (fact) => {
      // An end in the middle of an event is not clean: WebKit reports a lost connection as the end of the body.
      for (const lost of [breaking('id: 1\ndata: x\n\n'), ending('id: 1\ndata: x\n\ndata: cut')]) {
        const served = await fact.serve(lost, ending('data: y\n\n'))
        const recorder = fact.listenWith(served.url, {
          method: 'POST',
          body: '{}',
          reconnect: true,
          reconnectionTime: 10,
        })
        await recorder.until('message')
        await served.openGate('break')
        await recorder.until('error', 2)
        equal(recorder.summary, ['open', 'message: x', 'error 0', 'open', 'message: y', 'error 2'])
        equal((await served.log()).requests[1]?.lastEventId, '1', 'Last-Event-ID')
      }
    },
    'reconnectionTime sets the wait until the server sends retry': async (fact) => {
      const served = await fact.serve(ending('data: x\n\n'), ending('retry: 20\n\n'), stream())
      const recorder = fact.listenWith(served.url, { reconnectionTime: 700, reconnect: { jitter: 0 } })
      equal(recorder.own.reconnectionTime, 700, 'reconnectionTime')
      await recorder.until('open', 3)
      equal(recorder.own.reconnectionTime, 20, 'reconnectionTime')
      equal(
        recorder.errors.map(({ delay }) => delay),
        [700, 100 * 2 ** 0],
        'delay',
      )
      const waits = waitsBetween((await served.log({ requests: 3 })).requests)
      check((waits[0] ?? 0) >= 690 && (waits[1] ?? 0) >= 90, `it waited ${waits.join(', ')} ms`)
    },
    'factor, maxDelay and jitter control the backoff': async (fact) => {
      const served = await fact.serve({ drop: true })
      const reconnect = { factor: 1.5, maxDelay: 200, jitter: 0, maxAttempts: 5 }
      // Runtimes repeat dropped requests automatically on kept-alive connections; this fetch does not.
      const fetch = (): Promise<Response> => Promise.reject(new TypeError('no network'))
      const recorder = fact.listenWith(served.url, { reconnectionTime: 100, reconnect, fetch })
      await recorder.until('error', 5)
      equal(
        recorder.errors.map(({ delay }) => delay ?? null),
        [100, 150, 200, 200, null],
      )
    },
    'a connection that stays open for resetAfter counts as a success': async (fact) => {
      // Each connection ends after the client has seen it open for that long.
      const gates = ['first', 'second', 'third', 'fourth']
      const served = await fact.serve(
        ...gates.map((gate) => ({ steps: [{ write: ':\n' }, { gate }, { end: true as const }] })),
      )
      const reconnect = { resetAfter: 200, maxAttempts: 2, jitter: 0 }
      const recorder = fact.listenWith(served.url, { reconnectionTime: 100, reconnect })
      for (const [n, gate] of gates.entries()) {
        await recorder.until('open', n + 1)
        await sleep(250)
        await served.openGate(gate)
      }
      await recorder.until('error', 4)
      equal(
        recorder.errors.map(({ delay }) => delay),
        [100, 100, 100, 100],
      )
    },
    'shouldReconnect decides after every failure and end: true, false, a delay, a promise or undefined': async (
      fact,
    ) => {
      const served = await fact.serve(ending('retry: 10\ndata: x\n\n'), refused(503), refused(500), ending(), {
        ...refused(200),
        headers: { 'Content-Type': 'text/html' },
      })
      const answers = [undefined, true, 150, Promise.resolve(120), Promise.resolve(false)]
      const failures: ConnectionError[] = []
      const recorder = fact.listenWith(served.url, {
        reconnect: {
          jitter: 0,
          shouldReconnect: (failure) => {
            failures.push(failure)
            return answers[failures.length - 1]
          },
        },
      })
      await recorder.until('error', 5)
      equal(
        failures.map(({ reason, status }) => [reason, status ?? null]),
        [
          ['ended', null],
          ['status', 503],
          ['status', 500],
          ['ended', null],
          ['content-type', 200],
        ],
      )
      equal(
        recorder.errors.map(({ willReconnect, delay }) => (willReconnect ? delay : null)),
        [100, 100, 150, 120, null],
      )
      check(
        recorder.errors.every(({ error }, n) => error === failures[n]),
        'shouldReconnect received other errors',
      )
      equal((await served.log()).requests.length, 5, 'the number of requests')
    },
    'shouldReconnect receives the default delay and whether this connection delivered a message': async (fact) => {
      const served = await fact.serve(ending('retry: 150\n\n'), ending('data: x\n\n'), refused(503), refused(500))
      const contexts: unknown[] = []
      const recorder = fact.listenWith(served.url, {
        reconnect: {
          jitter: 0,
          shouldReconnect: ({ status }, { delay, hasReceived }) => {
            contexts.push([delay ?? null, hasReceived])
            return status === 503 || undefined
          },
        },
      })
      await recorder.until('error', 4)
      equal(contexts, [
        [150, false],
        [150, true],
        [null, false],
        [null, false],
      ])
    },
    'shouldReconnect can retry until the first message and never after it': async (fact) => {
      const served = await fact.serve({ drop: true }, breaking('data: token\n\n'))
      const recorder = fact.listenWith(served.url, {
        method: 'POST',
        body: '{}',
        reconnectionTime: 10,
        reconnect: { shouldReconnect: (_failure, { hasReceived }) => (hasReceived ? false : undefined) },
      })
      await recorder.until('message')
      const lost = recorder.errors.length
      await served.openGate('break')
      await recorder.until('error', lost + 1)
      equal(recorder.summary.slice(-3), ['open', 'message: token', 'error 2'])
    },
    'the wait after a successful connection exceeds the reconnection time by at most 10 %': async (fact) => {
      const served = await fact.serve(ending('retry: 1000\ndata: x\n\n'))
      for (let n = 0; n < 20; n++) {
        const recorder = fact.listenWith(served.url, {})
        await recorder.until('error')
        recorder.source.close()
        const delay = recorder.errors[0]?.delay ?? 0
        check(delay >= 1_000 && delay <= 1_100, `the wait is ${delay} ms`)
      }
    },
    'shouldReconnect returning undefined does not reconnect after a refused response': async (fact) => {
      const served = await fact.serve(refused(503))
      const recorder = fact.listenWith(served.url, { reconnect: { shouldReconnect: () => undefined } })
      await recorder.until('error')
      equal(recorder.summary, ['error 2'])
    },
    'shouldReconnect is called after all earlier messages have been delivered': async (fact) => {
      const served = await fact.serve(ending('retry: 10\n', 'data: 1\n\ndata: 2\n\ndata: [DONE]\n\n'))
      let done = false
      const recorder = fact.listenWith(served.url, { reconnect: { shouldReconnect: () => !done } })
      recorder.source.addEventListener('message', ({ data }) => {
        done = data === '[DONE]'
      })
      await recorder.until('error')
      equal(recorder.summary, ['open', 'message: 1', 'message: 2', 'message: [DONE]', 'error 2'])
    },
    'readyState is CONNECTING while shouldReconnect decides, and the error event waits for it': async (fact) => {
      const served = await fact.serve(ending('retry: 10\n\n'))
      const states: number[] = []
      const recorder = fact.listenWith(served.url, {
        reconnect: {
          shouldReconnect: async () => {
            states.push(recorder.source.readyState)
            await sleep(50)
            states.push(recorder.source.readyState)
            return false
          },
        },
      })
      await recorder.until('error')
      equal(
        [states, recorder.summary],
        [
          [0, 0],
          ['open', 'error 2'],
        ],
      )
    },
    'if shouldReconnect throws or returns an invalid value, the source closes with that error as the cause': async (
      fact,
    ) => {
      const error = new RangeError('cannot decide')
      const answers = [() => Promise.reject(error), () => NaN, () => 'yes' as never]
      for (const [n, shouldReconnect] of answers.entries()) {
        const served = await fact.serve(ending('retry: 10\ndata: x\n\n'))
        const recorder = fact.listenWith(served.url, { reconnect: { shouldReconnect } })
        await recorder.until('error')
        const { reason, cause, message } = recorder.errors[0]?.error ?? {}
        equal([recorder.summary.at(-1), reason], ['error 2', 'ended'])
        check(message?.endsWith('and "shouldReconnect" failed') === true, String(message))
        check(n === 0 ? cause === error : cause instanceof TypeError, `the cause is ${String(cause)}`)
      }
    },
    'close() while shouldReconnect decides cancels the reconnection': async (fact) => {
      const served = await fact.serve(ending('retry: 10\n\n'))
      let answer: (value: boolean) => void = () => undefined
      const recorder = fact.listenWith(served.url, {
        reconnect: { shouldReconnect: () => new Promise<boolean>((resolve) => (answer = resolve)) },
      })
      await recorder.until('open')
      await served.log({ closed: 1 })
      await sleep(100)
      recorder.source.close()
      answer(true)
      await sleep(200)
      equal([recorder.summary, (await served.log()).requests.length], [['open'], 1])
    },
  }),

  ...ourFacts(44, {
    'Retry-After, in seconds or as a date, replaces the wait, whether longer or shorter': async (fact) => {
      const date = new Date(Date.now() + 3_600_000).toUTCString()
      const served = await fact.serve(
        refused(503, { 'Retry-After': '1' }),
        refused(429, { 'Retry-After': '0' }),
        refused(503, { 'Retry-After': 'soon' }),
        refused(503, { 'Retry-After': date }),
      )
      const recorder = fact.listenWith(served.url, {
        reconnectionTime: 200,
        reconnect: { jitter: 0, factor: 1, shouldReconnect: () => true },
      })
      await recorder.until('error', 4)
      const delays = recorder.errors.map(({ delay }) => delay ?? 0)
      const last = recorder.errors[3]?.error.retryAfter ?? 0
      check(last > 3_000_000 && last <= 3_600_000, `retryAfter is ${last}`)
      // Beyond the maxDelay of the policy.
      equal(delays, [1_000, 100, 200, last], 'delay')
      equal(recorder.errors[0]?.error.retryAfter, 1_000, 'retryAfter')
      const waits = waitsBetween((await served.log({ requests: 4 })).requests)
      check((waits[0] ?? 0) >= 990, `it waited ${waits.join(', ')} ms`)
    },
    'Retry-After: 0 or a past date does not cause a reconnect storm': async (fact) => {
      const past = new Date(Date.now() - 60_000).toUTCString()
      for (const retryAfter of ['0', past]) {
        const served = await fact.serve(refused(503, { 'Retry-After': retryAfter }))
        const recorder = fact.listenWith(served.url, { reconnect: { shouldReconnect: () => true } })
        await recorder.until('error', 4)
        recorder.source.close()
        equal(
          recorder.errors.map(({ delay }) => delay),
          [100, 200, 400, 800],
        )
      }
    },
    'Retry-After alone does not make the source retry a refused response': async (fact) => {
      const served = await fact.serve(refused(503, { 'Retry-After': '0' }))
      const recorder = fact.listenWith(served.url, {})
      await recorder.until('error')
      equal([recorder.summary, recorder.errors[0]?.error.retryAfter], [['error 2'], 0])
    },
  }),
]

/** The times between requests, in ms. */
function waitsBetween(requests: LoggedRequest[]): number[] {
  return requests.slice(1).map(({ at }, n) => at - (requests[n]?.at ?? Infinity))
}
