/** Programs written for `@microsoft/fetch-event-source`: failures, retries and fatal errors. */

import { ending, refused } from '../conformance/harness.ts'
import { type Kit, type Program } from './scenario.ts'

/** The error classes of the original's README. */
class RetriableError extends Error {}
class FatalError extends Error {}

/** The README's example, with a shorter wait. */
async function readme({ fetchEventSource, EventStreamContentType, url, log }: Kit): Promise<void> {
  try {
    await fetchEventSource(url, {
      async onopen(response) {
        log('onopen', response)
        if (response.ok && response.headers.get('content-type') === EventStreamContentType) {
          return
        } else if (response.status >= 400 && response.status < 500 && response.status !== 429) {
          throw new FatalError()
        } else {
          throw new RetriableError()
        }
      },
      onmessage(msg) {
        log('onmessage', msg)
        if (msg.event === 'FatalError') throw new FatalError(msg.data)
      },
      onclose() {
        log('onclose')
        throw new RetriableError()
      },
      onerror(err) {
        log('onerror', kind(err), err)
        if (err instanceof FatalError) throw err
        return 150
      },
    })
    log('resolved')
  } catch (error) {
    log('rejected', kind(error), error)
  }
}

function kind(error: unknown): string {
  return error instanceof FatalError ? 'fatal' : error instanceof RetriableError ? 'retriable' : 'other'
}

/** Logs every error, and rejects with the first. */
async function once({ fetchEventSource, url, log }: Kit): Promise<void> {
  await fetchEventSource(url, {
    onmessage(ev) {
      log('onmessage', ev)
    },
    onerror(error) {
      log('onerror', error)
      throw error
    },
  }).then(
    () => {
      log('resolved')
    },
    (error: unknown) => {
      log('rejected', error)
    },
  )
}

export const FAILURES: Program[] = [
  {
    name: "the README's errors: a 401 is fatal",
    answers: [refused(401, {}, 'no')],
    run: readme,
  },
  {
    name: "the README's errors: a 500, a 429 and an end are retried, an event may be fatal",
    answers: [
      refused(500, {}, 'broken'),
      refused(429),
      refused(200, {}, 'no stream'),
      ending('id: 1\ndata: one\n\n'),
      { steps: [{ write: 'data: two\n\nevent: FatalError\ndata: it is over\n\n' }, { end: true }] },
    ],
    run: readme,
    waits: [150, 150, 150, 150],
  },
  {
    name: 'the default onopen requires the Content-Type of an event stream',
    answers: [{ ...refused(200, { 'Content-Type': 'application/json' }, '{"error":"no"}') }],
    run: once,
  },
  {
    name: 'the default onopen requires a Content-Type',
    answers: [{ headers: { 'Content-Type': null }, steps: [{ write: 'data: x\n\n' }, { end: true }] }],
    run: once,
  },
  {
    name: 'the default onopen accepts any status',
    answers: [{ ...ending('data: one\n\n'), status: 500 }],
    run: once,
  },
  {
    name: 'the default onopen accepts parameters of the Content-Type',
    answers: [{ ...ending('data: one\n\n'), headers: { 'Content-Type': 'text/event-stream;charset=utf-8' } }],
    run: once,
  },
  {
    name: 'a custom onopen may accept any Content-Type',
    answers: [{ ...ending('data: one\n\n'), headers: { 'Content-Type': 'text/plain' } }],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, {
        onopen: async (response) => {
          log('onopen', response)
        },
        onmessage({ data }) {
          log('onmessage', data)
        },
      })
      log('resolved')
    },
  },
  {
    name: 'discards the rest but keeps the ID if onmessage throws',
    answers: [ending('id: 1\ndata: one\n\nid: 2\ndata: wrong\n\nid: 3\ndata: three\n\n'), ending('data: here\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, {
        onmessage({ data }) {
          log('onmessage', data)
          if (data === 'wrong') throw new RangeError('wrong')
        },
        onclose() {
          log('onclose')
        },
        onerror(error) {
          log('onerror', error)
          return 150
        },
      })
      log('resolved')
    },
  },
  {
    name: 'rejects if onmessage throws and onerror rethrows',
    answers: [ending('data: {"cut":\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, {
        onmessage({ data }) {
          log('parsed', JSON.parse(data))
        },
        onerror(error) {
          throw error
        },
      }).catch((error: unknown) => {
        log('rejected', error)
      })
    },
  },
  {
    name: 'rejects with the error that onerror throws',
    answers: [refused(404)],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, {
        onerror() {
          throw new FatalError('from onerror')
        },
      }).catch((error: unknown) => {
        log('rejected', kind(error), error)
      })
    },
  },
  {
    name: 'calls onerror if the connection is reset in the middle',
    answers: [
      { steps: [{ write: 'id: 1\ndata: one\n\n' }, { gate: 'seen' }, { reset: true }] },
      ending('id: 2\ndata: two\n\n'),
    ],
    run: async ({ fetchEventSource, url, log, open }) => {
      await fetchEventSource(url, {
        onmessage({ id, data }) {
          log('onmessage', id, data)
          open('seen')
        },
        onclose() {
          log('onclose')
        },
        onerror(error) {
          log('onerror', error instanceof TypeError, error)
          return 150
        },
      })
      log('resolved')
    },
  },
  {
    name: 'calls onerror and retries if the server cannot be reached',
    answers: [],
    run: async ({ fetchEventSource, log }) => {
      let failures = 0
      // A port that no fetch connects to.
      await fetchEventSource('http://127.0.0.1:9/', {
        onopen: async () => {
          log('onopen')
        },
        onerror(error) {
          log('onerror', error)
          if (++failures === 3) throw error
          return 150
        },
      }).catch((error: unknown) => {
        log('rejected', error)
      })
    },
  },
  {
    name: 'calls onerror for an invalid URL',
    answers: [],
    run: async ({ fetchEventSource, log }) => {
      await fetchEventSource('http://a b/', {
        onerror(error) {
          log('onerror', (error as Error).name)
          throw error
        },
      }).catch((error: unknown) => {
        log('rejected', (error as Error).name)
      })
    },
  },
  {
    name: 'calls onerror if a custom fetch fails, at once or later',
    answers: [ending('data: here\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      let attempts = 0
      await fetchEventSource(url, {
        fetch(input, init) {
          attempts++
          log('fetch')
          if (attempts === 1) throw new Error('at once')
          return attempts === 2 ? Promise.reject(new Error('later')) : fetch(input, init)
        },
        onmessage({ data }) {
          log('onmessage', data)
        },
        onerror(error) {
          log('onerror', error)
          return 150
        },
      })
      log('resolved')
    },
  },
  {
    name: 'handles a response without a body',
    answers: [{ status: 204, headers: { 'Content-Type': null }, steps: [{ end: true }] }],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, {
        onopen: async (response) => {
          log('onopen', response.status)
        },
        onclose() {
          log('onclose')
        },
        onerror(error) {
          log('onerror', (error as Error).name)
          throw error
        },
      }).catch((error: unknown) => {
        log('rejected', (error as Error).name)
      })
    },
  },
  {
    name: 'lets onopen read the body of a refused response before it throws',
    answers: [refused(400, {}, 'the reason'), ending('data: here\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, {
        async onopen(response) {
          if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
        },
        onmessage({ data }) {
          log('onmessage', data)
        },
        onerror(error) {
          log('onerror', error)
          return 150
        },
      })
      log('resolved')
    },
  },
  {
    name: 'calls onerror if onopen has read the body',
    answers: [ending('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, {
        async onopen(response) {
          log('text', await response.text())
        },
        onclose() {
          log('onclose')
        },
        onerror(error) {
          log('onerror', (error as Error).name)
          throw error
        },
      }).then(
        () => {
          log('resolved')
        },
        () => {
          log('rejected')
        },
      )
    },
  },
]
