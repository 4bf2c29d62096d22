/** What is different from the `eventsource` package (5.1.5), shown on both. */

import { begin, ends, events } from './answers.ts'
import type { Program, Story } from './story.ts'

export interface Difference extends Program {
  /** What of the story shows it. */
  shows: (story: Story) => unknown
  theirs: unknown
  ours: unknown
}

const heard = ({ heard: parts }: Story): unknown => parts.flat()

export const DIFFERENT: Difference[] = [
  {
    name: 'each message is a task of its own',
    answer: events('data: 1\n\ndata: 2\n\ndata: 3\n\n'),
    run: async ({ EventSource, url, log, done }) => {
      const es = new EventSource(url)
      const nextMessage = (): Promise<MessageEvent<string>> =>
        new Promise((resolve) => {
          es.addEventListener('message', resolve, { once: true })
        })
      setTimeout(done, 1_500)
      for (;;) log((await nextMessage()).data)
    },
    shows: heard,
    theirs: ['1'],
    ours: ['1', '2', '3'],
  },
  {
    name: 'the error event of a stream that has ended has a message',
    answer: (response) => {
      begin(response).end()
    },
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url)
      es.onerror = ({ message }) => {
        log(message)
        es.close()
        done()
      }
    },
    shows: heard,
    theirs: [undefined],
    ours: ['The event stream at <origin>/sse has ended'],
  },
  {
    name: 'the message of a refused response says which',
    answer: (response) => response.writeHead(404).end(),
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url)
      es.onerror = ({ message }) => {
        log(message)
        done()
      }
    },
    shows: heard,
    theirs: ['Non-200 status code (404)'],
    ours: ['The event stream at <origin>/sse was refused: the server answered status 404 instead of 200'],
  },
  {
    name: 'a user and a password in the URL are sent',
    answer: events('data: 1\n\n'),
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url.replace('//', '//user:password@'))
      es.onmessage = () => {
        log('message')
        done()
      }
      es.onerror = () => {
        log('error')
        es.close()
        done()
      }
    },
    shows: ({ heard: [said], requests: [request] }) => [said?.[0], request?.headers.authorization],
    theirs: ['error', undefined],
    ours: ['message', 'Basic dXNlcjpwYXNzd29yZA=='],
  },
  {
    name: 'the init for fetch has more members',
    answer: events('data: 1\n\n'),
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url, {
        fetch: (input, init) => {
          log(...Object.keys(init).sort())
          log(...Object.keys(init.headers).sort())
          return fetch(input, init)
        },
      })
      es.onopen = () => {
        done()
      }
    },
    shows: heard,
    theirs: ['cache', 'headers', 'mode', 'redirect', 'signal', 'Accept'],
    ours: [
      'cache',
      'credentials',
      'dispatcher',
      'headers',
      'method',
      'mode',
      'redirect',
      'signal',
      'Accept',
      'Cache-Control',
    ],
  },
  {
    name: 'an option that cannot be meant is a TypeError',
    answer: events('data: 1\n\n'),
    run: ({ EventSource, url, log, done }) => {
      try {
        new EventSource(url, { maxBufferSize: 0 })
        log('taken')
      } catch (error) {
        log((error as Error).message)
      }
      done()
    },
    shows: heard,
    theirs: ['taken'],
    ours: ['The option "maxBufferSize" must be a number of characters above 0, not 0'],
  },
  {
    name: 'a server that ends each stream at once is asked less and less often',
    answer: (response) => {
      ends('retry: 1\n\n')(response)
    },
    run: ({ EventSource, url, log, done }) => {
      const times: number[] = []
      const es = new EventSource(url, {
        fetch: (input, init) => {
          times.push(performance.now())
          if (times.length === 4) {
            const waits = times.slice(1).map((time, i) => time - (times[i] ?? 0))
            // Of ours, about 100, 200 and 400 ms.
            log(Math.min(...waits) > 95 && Math.max(...waits) > 380)
            es.close()
            done()
          }
          return fetch(input, init)
        },
      })
    },
    shows: heard,
    theirs: [false],
    ours: [true],
  },
]
