/** Behavior that programs rely on, whether or not the declarations of the `eventsource` package document it. */

import { ends, events } from './answers.ts'
import type { Program } from './scenario.ts'

const ended =
  (answers: Record<number, string>): Program['answer'] =>
  (response, n) => {
    const text = answers[n]
    if (text === undefined) response.writeHead(204).end()
    else ends(text)(response)
  }

export const COMMON_USAGE: Program[] = [
  ...[404, 500, 204, 503].map((status): Program => ({
    name: `status ${status} sets event.code and fails the connection`,
    answer: (response) => response.writeHead(status).end(),
    run: ({ EventSource, ErrorEvent, url, log, done }) => {
      const es = new EventSource(url)
      es.onerror = (event) => {
        log(
          event.code,
          typeof event.message,
          event.type,
          event instanceof ErrorEvent,
          event instanceof Event,
          es.readyState,
        )
        done()
      }
    },
  })),
  {
    name: 'retries if the server cannot be reached; the error has a message but no code',
    answer: (response, n) => {
      if (n === 1) response.destroy()
      else if (n === 2) ends('data: a\n\n')(response)
      else response.writeHead(204).end()
    },
    run: ({ EventSource, url, log, done }) => {
      let attempts = 0
      const es = new EventSource(url, {
        fetch: (input, init) => {
          attempts++
          return attempts === 2 ? Promise.reject(new Error('from the test')) : fetch(input, init)
        },
      })
      es.onerror = ({ code, message }) => {
        log(code, typeof message, es.readyState, attempts)
        if (attempts === 2) {
          log(message?.includes('from the test') === true || message !== '')
          es.close()
          done()
        }
      }
    },
  },
  ...[undefined, false, true].map((withCredentials): Program => ({
    name: `withCredentials: ${String(withCredentials)}`,
    answer: events('data: a\n\n'),
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url, {
        ...(withCredentials !== undefined && { withCredentials }),
      })
      log(es.withCredentials)
      es.onopen = () => {
        done()
      }
    },
  })),
  {
    name: 'passes fetch a plain object with these members',
    answer: ended({ 1: 'retry: 10\nid: 7\ndata: a\n\n' }),
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url, {
        fetch: (input, init) => {
          const { mode, cache, redirect, headers } = init
          const signal = init.signal as AbortSignal
          log(String(input), { mode, cache, redirect }, signal instanceof AbortSignal, signal.aborted)
          log(Object.getPrototypeOf(headers) === Object.prototype, headers.Accept, headers['Last-Event-ID'])
          return fetch(input, init)
        },
      })
      es.onerror = () => {
        if (es.readyState === es.CLOSED) done()
      }
    },
  },
  {
    name: 'close() aborts the signal',
    answer: events('data: a\n\n'),
    run: ({ EventSource, url, log, done }) => {
      let signal: AbortSignal | undefined
      const es = new EventSource(url, {
        fetch: (input, init) => {
          signal = init.signal as AbortSignal
          return fetch(input, init)
        },
      })
      es.onmessage = () => {
        es.close()
        log(signal?.aborted)
        done()
      }
    },
  },
  {
    name: 'accepts a response with only the members of FetchLikeResponse',
    answer: (response) => response.end(),
    run: ({ EventSource, url, log, done }) => {
      const chunks = [new TextEncoder().encode('data: a\n'), new TextEncoder().encode('\n')]
      const es = new EventSource(url, {
        fetch: () =>
          Promise.resolve({
            body: {
              getReader: () => ({
                read: () => {
                  const value = chunks.shift()
                  return value ? Promise.resolve({ done: false as const, value }) : new Promise<never>(() => undefined)
                },
                cancel: () => Promise.resolve(),
              }),
            },
            url,
            status: 200,
            redirected: false,
            headers: { get: (name: string) => (name === 'content-type' ? 'text/event-stream' : null) },
          }),
      })
      es.onmessage = ({ data }: MessageEvent<string>) => {
        log(data)
        es.close()
        done()
      }
    },
  },
  {
    name: 'a body that is not a web stream fails the connection',
    answer: (response) => response.end(),
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url, {
        fetch: () =>
          Promise.resolve({
            body: {} as never,
            url,
            status: 200,
            redirected: false,
            headers: { get: () => 'text/event-stream' },
          }),
      })
      es.onerror = ({ message }) => {
        log(es.readyState, message?.includes('ReadableStream'))
        done()
      }
    },
  },
  {
    name: 'has the constants, states and handlers of the standard',
    answer: ended({ 1: 'retry: 10\ndata: a\n\n' }),
    run: ({ EventSource, url, log, done }) => {
      log(EventSource.CONNECTING, EventSource.OPEN, EventSource.CLOSED, EventSource.name, EventSource.length)
      const es = new EventSource(new URL(url))
      log(es.readyState, es.url, es.onopen, es.onmessage, es.onerror, es instanceof EventTarget)
      es.onopen = (event) => {
        log('open', event.type, es.readyState)
      }
      es.onmessage = (event) => {
        log('message', event.data, event.lastEventId, event.origin, event instanceof MessageEvent)
      }
      es.onerror = (event) => {
        log('error', event.type, es.readyState)
        if (es.readyState === es.CLOSED) done()
      }
    },
  },
  {
    name: 'supports listeners with once or signal, listener objects, and removal',
    answer: ended({ 1: 'retry: 10\ndata: a\n\ndata: b\n\n' }),
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url)
      const controller = new AbortController()
      const removed = (): void => {
        log('removed')
      }
      es.addEventListener('message', ({ data }) => { log('once', data) }, { once: true }) // prettier-ignore
      es.addEventListener('message', { handleEvent: (event) => { log('object', (event as MessageEvent).data) } }) // prettier-ignore
      es.addEventListener('message', removed)
      es.removeEventListener('message', removed)
      es.addEventListener('message', () => { controller.abort() }) // prettier-ignore
      es.addEventListener('message', () => { log('signal') }, { signal: controller.signal }) // prettier-ignore
      es.onerror = () => {
        if (es.readyState === es.CLOSED) done()
      }
    },
  },
  {
    name: 'an invalid URL throws a SyntaxError, a missing one a TypeError',
    answer: (response) => response.end(),
    run: ({ EventSource, log, done }) => {
      for (const [make, name] of [
        [() => new EventSource('http://:not a URL'), 'SyntaxError'],
        [() => new (EventSource as unknown as new () => unknown)(), 'TypeError'],
      ] as const) {
        try {
          make()
        } catch (error) {
          log((error as Error).name === name)
        }
      }
      done()
    },
  },
]

/** With a `window`. Without one, the package sets no credentials. */
export const WITH_WINDOW: Program[] = [false, true].map((withCredentials) => ({
  name: `withCredentials: ${String(withCredentials)}, with a window`,
  answer: events('data: a\n\n'),
  run: ({ EventSource, url, log, done }) => {
    const es = new EventSource(url, {
      withCredentials,
      fetch: (input, init) => {
        log(init.credentials)
        return fetch(input, init)
      },
    })
    es.onopen = () => {
      done()
    }
  },
}))
