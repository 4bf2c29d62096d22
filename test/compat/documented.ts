/** The programs of the `eventsource` package's README and MIGRATION, with enough code around each to observe it. */

import { Agent, EnvHttpProxyAgent, fetch as undiciFetch } from 'undici'
import { begin, ends, events } from './answers.ts'
import { startProxy } from './proxy.ts'
import type { Program } from './scenario.ts'

export const DOCUMENTED: Program[] = [
  {
    name: 'Usage: listeners for named events and for messages, and close()',
    answer: events(
      'event: notice\ndata: a\n\nevent: update\ndata: b\n\ndata: c\n\nevent: message\ndata: d\n\nevent: other\ndata: e\n\n',
    ),
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url)
      es.addEventListener('notice', (event) => {
        log('notice', event.data)
      })
      es.addEventListener('update', (event) => {
        log('update', event.data)
      })
      es.addEventListener('message', (event: MessageEvent<string>) => {
        log('message', event.data)
        if (event.data === 'd') {
          setTimeout(() => {
            es.close()
            log('closed', es.readyState)
            done()
          }, 100)
        }
      })
    },
  },
  ...[401, 403].map((status): Program => ({
    name: `Message and code properties on errors: ${status}`,
    answer: (response) => response.writeHead(status).end('no'),
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url)
      es.addEventListener('error', (err) => {
        if (err.code === 401 || err.code === 403) {
          log('not authorized')
        }
        log(typeof err.message, es.readyState)
        done()
      })
    },
  })),
  {
    name: 'Limit parser buffer size',
    since: 5,
    answer: events(`data: small\n\ndata: ${'x'.repeat(20_000)}`, 'y'.repeat(20_000)),
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url, { maxBufferSize: 10 * 1024 })
      es.onmessage = ({ data }: MessageEvent<string>) => {
        log(data)
      }
      es.onerror = ({ code }) => {
        log('error', code, es.readyState)
        done()
      }
    },
  },
  {
    name: 'Setting HTTP request headers',
    answer: (response, n) => {
      if (n === 1) ends('retry: 10\nid: 7\ndata: a\n\n')(response)
      else response.writeHead(204).end()
    },
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url, {
        fetch: (input, init) =>
          fetch(input, {
            ...init,
            headers: {
              ...init.headers,
              Authorization: 'Bearer myToken',
            },
          }),
      })
      es.onmessage = ({ data }: MessageEvent<string>) => {
        log(data)
      }
      es.onerror = ({ code }) => {
        log(code, es.readyState)
        if (es.readyState === es.CLOSED) done()
      }
    },
  },
  {
    name: 'HTTP/HTTPS proxy',
    since: 4,
    answer: events('data: a\n\n'),
    run: async ({ EventSource, url, log, done }) => {
      const proxy = await startProxy(url)
      const proxyAgent = new EnvHttpProxyAgent({ httpProxy: proxy.origin, noProxy: '' })
      const es = new EventSource('http://my-server.com/sse', {
        fetch: (input, init) => undiciFetch(input, { ...init, dispatcher: proxyAgent }),
      })
      es.onmessage = ({ data, origin }: MessageEvent<string>) => {
        log(data, origin, proxy.requested)
        es.close()
        proxy.close()
        done()
      }
    },
  },
  {
    name: 'Using HTTP2',
    since: 4,
    answer: events('id: 1\ndata: a\n\n'),
    run: ({ EventSource, secureURL, log, done }) => {
      const http2Dispatcher = new Agent({ allowH2: true, connect: { rejectUnauthorized: false } })
      const es = new EventSource(secureURL, {
        fetch: (input, init) => undiciFetch(input, { ...init, dispatcher: http2Dispatcher }),
      })
      es.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
        log(data, lastEventId)
        es.close()
        done()
      }
    },
  },
  {
    name: 'Allow unauthorized HTTPS requests',
    answer: events('data: a\n\n'),
    run: ({ EventSource, secureURL, log, done }) => {
      const unsafeAgent = new Agent({
        connect: {
          rejectUnauthorized: false,
        },
        allowH2: false,
      })
      const es = new EventSource(secureURL, {
        fetch: (input, init) => undiciFetch(input, { ...init, dispatcher: unsafeAgent }),
      })
      es.onmessage = ({ data }: MessageEvent<string>) => {
        log(data)
        es.close()
        done()
      }
    },
  },
  {
    name: 'Feature checking',
    since: 4,
    answer: events('data: a\n\n'),
    run: ({ EventSource, url, log, done }) => {
      function yourLibrary(options: { polyfills: { EventSource?: typeof EventSource } }): void {
        const OurEventSource = options.polyfills.EventSource

        if (OurEventSource && Symbol.for('eventsource.supports-fetch-override') in OurEventSource) {
          const es = new OurEventSource(url, {
            fetch: (input, init) =>
              fetch(input, {
                ...init,
                headers: {
                  ...init.headers,
                  'x-some-header': 'foo',
                },
              }),
          })
          es.onmessage = ({ data }: MessageEvent<string>) => {
            log(data)
            done()
          }
        }
      }
      yourLibrary({ polyfills: { EventSource } })
      log(Object.keys(EventSource).includes('Symbol(eventsource.supports-fetch-override)'))
    },
  },
  {
    name: 'MIGRATION: Redirect handling: reconnects to the original URL',
    answer: (response, n, { url }) => {
      if (n > 4) response.writeHead(204).end()
      else if (url === '/sse') response.writeHead(302, { Location: '/elsewhere' }).end()
      else ends(`retry: 10\nid: ${n}\ndata: a\n\n`)(response)
    },
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url)
      es.onmessage = ({ data, origin }: MessageEvent<string>) => {
        log(data, origin, es.url)
      }
      es.onerror = () => {
        if (es.readyState === es.CLOSED) done()
      }
    },
  },
  {
    name: 'MIGRATION: New default reconnect timeout: 3 seconds',
    answer: (response, n) => {
      if (n === 1) ends('data: a\n\n')(response)
      else response.writeHead(204).end()
    },
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url)
      let lost = 0
      es.onerror = () => {
        if (es.readyState === es.CLOSED) {
          log(performance.now() - lost > 2_990)
          done()
        } else {
          lost = performance.now()
        }
      }
    },
  },
  {
    name: 'MIGRATION: Strict checking of Content-Type header',
    answer: (response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain' }).end('data: a\n\n')
    },
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url)
      es.onerror = ({ code }) => {
        log(code, es.readyState)
        done()
      }
    },
  },
  {
    name: 'MIGRATION: a response with another Content-Type, given by fetch',
    answer: (response) => {
      begin(response, 'text/plain').write('data: a\n\n')
    },
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url, {
        fetch: async (input, init) => {
          const response = await fetch(input, init)

          if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
            // Valid header, forward response
            return response
          }

          // Server did not respond with the correct content-type - override it
          const newHeaders = new Headers(response.headers)
          newHeaders.set('content-type', 'text/event-stream')
          return new Response(response.body, {
            status: response.status,
            statusText: response.statusText,
            headers: newHeaders,
          })
        },
      })
      es.onmessage = ({ data }: MessageEvent<string>) => {
        log(data)
        es.close()
        done()
      }
    },
  },
]
