/** Responses: facts 10 to 14. */

import type { Answer } from '../../server/program.ts'
import { check, ending, equal, WAIT_FOR_RETRY, requestsAfterRetry, sleep, stream, type Fact } from '../harness.ts'
import { inBrowser, type BehaviorFact } from './fact.ts'

const BAD_STATUSES = [201, 202, 203, 204, 205, 206, 304, 400, 401, 403, 404, 410, 429, 500, 502, 503]

const GOOD_TYPES = [
  'text/event-stream',
  'TEXT/Event-Stream; charset=x',
  'text/event-stream;',
  'text/event-stream ; x',
  'text/event-stream;charset=UTF-8;;',
]

const BAD_TYPES = [
  null,
  '',
  'text/html',
  'text/event-streamfoo',
  'text/event-stream x',
  'x/text/event-stream',
  'text /event-stream',
  'event-stream',
]

export const response: BehaviorFact[] = [
  {
    number: 10,
    title: 'any status other than 200 fails the connection',
    run: async (fact) => {
      for (const status of BAD_STATUSES) {
        const served = await fact.serve({ status, steps: [{ end: true }] })
        const recorder = fact.listen(served.url)
        await recorder.until('error')
        equal(recorder.summary, ['error 2'], `the events after a ${status}`)
      }
    },
  },
  {
    number: 10,
    title: 'text/event-stream is accepted in any letter case and with any parameters',
    run: async (fact) => {
      for (const type of GOOD_TYPES) {
        const served = await fact.serve({ ...stream('data: x\n\n'), headers: { 'Content-Type': type } })
        const recorder = fact.listen(served.url)
        await recorder.until('message')
        equal(recorder.summary, ['open', 'message: x'], `the events with "${type}"`)
        recorder.source.close()
      }
    },
  },
  {
    number: 10,
    title: 'a different or missing Content-Type fails the connection',
    run: async (fact) => {
      for (const type of BAD_TYPES) {
        const served = await fact.serve({ ...ending('data: x\n\n'), headers: { 'Content-Type': type } })
        const recorder = fact.listen(served.url)
        await recorder.until('error')
        equal(recorder.summary, ['error 2'], `the events with ${JSON.stringify(type)}`)
      }
    },
  },
  {
    number: 10,
    title: 'the stream is decoded as UTF-8, regardless of the charset parameter',
    run: async (fact) => {
      for (const charset of ['windows-1252', 'utf-16', 'nonsense']) {
        const headers = { 'Content-Type': `text/event-stream; charset=${charset}` }
        const served = await fact.serve({ ...stream('data: é✓\n\n'), headers })
        const recorder = fact.listen(served.url)
        await recorder.until('message')
        equal(recorder.messages[0]?.data, 'é✓', `the data with ${charset}`)
        recorder.source.close()
      }
    },
  },
  {
    number: 10,
    title: 'the last valid value counts if there are several Content-Type headers',
    run: async (fact) => {
      const lists = [
        ['text/html', 'text/event-stream'],
        ['text/event-stream', '*/*'],
        ['text/event-stream', 'x'],
      ]
      for (const types of lists) {
        const served = await fact.serve({ ...stream('data: x\n\n'), headers: { 'Content-Type': types } })
        const recorder = fact.listen(served.url)
        await recorder.until('message')
        equal(recorder.summary, ['open', 'message: x'], `the events with ${types.join(' and ')}`)
        recorder.source.close()
      }
    },
  },
  {
    number: 11,
    title: 'a failed connection sets readyState to CLOSED, fires one error and never reconnects',
    run: async (fact) => {
      const served = await fact.serve(ending('retry: 10\ndata: x\n\n'), { status: 500, steps: [{ end: true }] })
      const recorder = fact.listen(served.url)
      await recorder.until('error', 2)
      await sleep(500)
      equal(recorder.summary, ['open', 'message: x', 'error 0', 'error 2'])
      equal((await served.log()).requests.length, 2, 'the number of requests')
    },
  },
  {
    number: 11,
    title: 'the client closes the connection of a refused response',
    run: async (fact) => {
      const served = await fact.serve({ ...stream('<p>'), headers: { 'Content-Type': 'text/html' } })
      await fact.listen(served.url).until('error')
      await served.log({ closed: 1 })
    },
  },
  {
    number: 11,
    title: 'nothing fires if a bad response arrives after close()',
    run: async (fact) => {
      const served = await fact.serve({ status: 500, before: 'answer', steps: [{ end: true }] })
      const recorder = fact.listen(served.url)
      await served.log({ requests: 1 })
      recorder.source.close()
      await served.openGate('answer')
      await served.log({ closed: 1 })
      await sleep(100)
      equal(recorder.summary, [])
    },
  },
  {
    number: 12,
    title: 'the end of the body sets CONNECTING, fires one error, and reconnects after the reconnection time',
    run: async (fact) => {
      await interrupted(fact, { steps: [{ write: 'retry: 200\ndata: x\n\n' }, { end: true }] })
    },
  },
  {
    number: 12,
    title: 'a lost connection sets CONNECTING, fires one error, and reconnects after the reconnection time',
    run: async (fact) => {
      await interrupted(fact, { steps: [{ write: 'retry: 200\ndata: x\n\n' }, { gate: 'received' }, { reset: true }] })
    },
  },
  {
    number: 12,
    title: 'a connection lost before the response is retried',
    run: async (fact) => {
      // Browsers, Deno and Bun repeat a request automatically if a kept-alive connection was lost, so not every drop
      // fires an error.
      const served = await fact.serve(ending('retry: 10\n\n'), { drop: true }, { drop: true }, stream('data: x\n\n'))
      const recorder = fact.listen(served.url)
      await recorder.until('message')
      const { summary } = recorder
      equal([...new Set(summary)], ['open', 'error 0', 'message: x'])
      equal(summary.slice(-2), ['open', 'message: x'])
    },
  },
  {
    number: 12,
    title: 'a refused TCP connection is a network error',
    run: async (fact) => {
      const recorder = fact.listen('http://127.0.0.1:2/')
      await recorder.until('error')
      equal(recorder.summary, ['error 0'])
    },
  },
  {
    number: 12,
    title: 'a request that CORS blocks is a network error',
    needs: (env) => inBrowser(env) && env.ours,
    run: async (fact) => {
      const served = await fact.serve({ ...stream(), cors: false })
      const recorder = fact.listen(served.at(fact.otherOrigin))
      await recorder.until('error')
      equal(recorder.summary, ['error 0'])
    },
  },
  {
    number: 12,
    title: 'close() in an error listener cancels the reconnection',
    run: async (fact) => {
      const served = await fact.serve(ending('retry: 10\n\n'))
      const recorder = fact.listen(served.url)
      recorder.source.addEventListener('error', () => {
        recorder.source.close()
      })
      await recorder.until('error')
      await sleep(500)
      equal(recorder.summary, ['open', 'error 0'])
      equal((await served.log()).requests.length, 1, 'the number of requests')
    },
  },
  {
    number: 13,
    title: 'each connection sets readyState to OPEN, then fires open, then delivers messages',
    run: async (fact) => {
      const served = await fact.serve(ending('retry: 10\ndata: 1\n\ndata: 2\n\n'), stream('data: 3\n\n'))
      const recorder = fact.listen(served.url)
      await recorder.until('message', 3)
      equal(recorder.summary, ['open', 'message: 1', 'message: 2', 'error 0', 'open', 'message: 3'])
      equal(
        recorder.events.map(({ readyState }) => readyState),
        [1, 1, 1, 0, 1, 1],
        'readyState',
      )
      const { bubbles, cancelable, type } = recorder.events[0]?.event ?? {}
      equal({ bubbles, cancelable, type }, { bubbles: false, cancelable: false, type: 'open' }, 'the event open')
    },
  },
  {
    number: 13,
    title: 'open fires when the response headers arrive, before any byte of the body',
    run: async (fact) => {
      const served = await fact.serve({ steps: [] })
      await fact.listen(served.url).until('open')
    },
  },
  ...(['gzip', 'deflate', 'br'] as const).map((encoding): BehaviorFact => ({
    number: 14,
    title: `${encoding}-compressed events are delivered as they arrive`,
    run: (fact) => arrivesEventByEvent(fact, encoding),
  })),
  {
    number: 14,
    title: 'zstd-compressed events are delivered as they arrive if fetch decodes zstd; otherwise zstd is not requested',
    run: async (fact) => {
      const served = await fact.serve({ encoding: 'zstd', steps: [{ write: 'data: 1\n\n' }, { end: true }] })
      // A fetch without zstd support returns the raw bytes or fails.
      const text = await fetch(served.url).then((response) => response.text()).catch(() => '') // prettier-ignore
      if (text === 'data: 1\n\n') return arrivesEventByEvent(fact, 'zstd')
      const [request] = (await served.log({ requests: 1 })).requests
      const accepted = request?.headers['accept-encoding'] ?? ''
      check(!accepted.includes('zstd'), `the request accepts ${accepted}, but fetch does not decode zstd`)
    },
  },
]

async function arrivesEventByEvent(fact: Fact, encoding: NonNullable<Answer['encoding']>): Promise<void> {
  const served = await fact.serve({
    encoding,
    steps: [{ write: 'data: 1\n\n' }, { gate: 'next' }, { write: 'data: 2\n\n' }],
  })
  const recorder = fact.listen(served.url)
  await recorder.until('message')
  await served.openGate('next')
  await recorder.until('message', 2)
  equal(recorder.summary, ['open', 'message: 1', 'message: 2'])
}

/** Loses an open connection and checks the events. */
async function interrupted(fact: Fact, first: Answer): Promise<void> {
  const served = await fact.serve(first, stream('data: y\n\n'))
  const recorder = fact.listen(served.url, WAIT_FOR_RETRY)
  await recorder.until('message')
  await served.openGate('received')
  await requestsAfterRetry(fact, served, 2)
  await recorder.until('message', 2)
  equal(recorder.summary, ['open', 'message: x', 'error 0', 'open', 'message: y'])
  // Measured in the client, because the server may notice the end later.
  const [, , lost, reopened] = recorder.events
  const wait = (reopened?.at ?? 0) - (lost?.at ?? 0)
  check(wait > 190, `it waited ${wait} ms instead of 200`)
}
