/** Differences from the `eventsource` package (5.1.5), shown with both packages. */

import { begin, ends, events } from './answers.ts'
import type { Program, Recording } from './scenario.ts'

export interface Difference extends Program {
  /** The part of the recording that shows it. */
  shows: (recording: Recording) => unknown
  theirs: unknown
  ours: unknown
}

const logged = ({ logged: parts }: Recording): unknown => parts.flat()

export const DIFFERENCES: Difference[] = [
  {
    name: 'each message has its own task',
    answer: events('data: 1\n\ndata: 2\n\ndata: 3\n\n', 'event: end\ndata\n\n'),
    run: async ({ EventSource, url, log, done }) => {
      const es = new EventSource(url)
      es.addEventListener('end', done)
      const nextMessage = (): Promise<MessageEvent<string>> =>
        new Promise((resolve) => {
          es.addEventListener('message', resolve, { once: true })
        })
      for (;;) log((await nextMessage()).data)
    },
    shows: logged,
    theirs: ['1'],
    ours: ['1', '2', '3'],
  },
  {
    name: 'the error event at the end of a stream has a message',
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
    shows: logged,
    theirs: [undefined],
    ours: ['The event stream at <origin>/sse has ended'],
  },
  {
    name: 'the message of a refused response names the URL',
    answer: (response) => response.writeHead(404).end(),
    run: ({ EventSource, url, log, done }) => {
      const es = new EventSource(url)
      es.onerror = ({ message }) => {
        log(message)
        done()
      }
    },
    shows: logged,
    theirs: ['Non-200 status code (404)'],
    ours: ['The event stream at <origin>/sse was refused: status 404, expected 200'],
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
    shows: ({ logged: [first], requests: [request] }) => [first?.[0], request?.headers.authorization],
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
    shows: logged,
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
    name: 'an invalid option is a TypeError',
    answer: events('data: 1\n\n'),
    run: ({ EventSource, url, log, done }) => {
      try {
        new EventSource(url, { maxBufferSize: 0 })
        log('accepted')
      } catch (error) {
        log((error as Error).message)
      }
      done()
    },
    shows: logged,
    theirs: ['accepted'],
    ours: ['Option "maxBufferSize" must be a number of characters above 0, got 0'],
  },
  {
    name: 'the wait grows if every stream ends at once',
    answer: (response) => {
      ends('retry: 1\n\n')(response)
    },
    run: ({ EventSource, url, log, done }) => {
      // Ours waits for 100, 200 and 400 ms. A timer checks whether half of that has passed: a slow machine is late with both.
      let requests = 0
      let isEarly = false
      let timer: NodeJS.Timeout | undefined
      const es = new EventSource(url, {
        fetch: (input, init) => {
          if (requests > 0) log(isEarly ? 'early' : 'late')
          if (++requests === 4) {
            es.close()
            done()
          }
          return fetch(input, init)
        },
      })
      es.onerror = () => {
        isEarly = true
        clearTimeout(timer)
        timer = setTimeout(() => (isEarly = false), 50 * 2 ** (requests - 1))
      }
    },
    shows: logged,
    theirs: ['early', 'early', 'early'],
    ours: ['late', 'late', 'late'],
  },
]
