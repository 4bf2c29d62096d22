/** Differences from `launchdarkly-eventsource`, shown with both packages. */

import { ended, inTurn, stream, threeAtOnce } from './answers.ts'
import { onBothWith } from './on-both.ts'
import { oneByOne, type Difference, type Source, type SourceKit } from './scenario.ts'

interface ReceivedEvent {
  type: string
  data?: string
  status?: number
  delayMillis?: number
  delay?: number
}

interface Library {
  EventSource: new (url: string, options?: object) => Source<ReceivedEvent>
}

const onBoth = onBothWith((library: Library, url): Source<ReceivedEvent> => {
  const source = new library.EventSource(url)
  // An error without a listener would crash the process.
  source.addEventListener('error', () => undefined)
  return source
})

/** Logs the first message or error. */
function first(source: Source<ReceivedEvent>, { log, done }: SourceKit): void {
  for (const type of ['message', 'error']) {
    source.addEventListener(type, ({ data }) => {
      log(data ?? type)
      done()
    })
  }
}

export const LAUNCHDARKLY_EVENTSOURCE: Difference<Library>[] = [
  {
    name: 'the certificate of the server is verified',
    isSecure: true,
    answer: stream('data: from anyone\n\n'),
    ...onBoth(first, { theirs: ['from anyone'], ours: ['error'] }),
  },
  {
    name: 'idle connections stay open, unless `idleTimeout` is set',
    answer: stream('data: 1\n\n'),
    ...onBoth(
      (source, { log, done, count }) => {
        source.addEventListener('error', ({ type }) => {
          log(type)
          done()
        })
        if (count === 0) setTimeout(done, 6_500)
      },
      // It applies the limit of 5 seconds that Node's agent has for idle sockets.
      { theirs: ['error'], ours: [] },
    ),
  },
  {
    name: 'the Content-Type is checked',
    answer: stream('data: from a page\n\n', 'text/html'),
    ...onBoth(first, { theirs: ['from a page'], ours: ['error'] }),
  },
  {
    name: 'redirects of any status are followed',
    answer: (response, n) => {
      if (n === 1) response.writeHead(302, { Location: '/elsewhere' }).end()
      else stream('data: elsewhere\n\n')(response)
    },
    ...onBoth(first, { theirs: ['error'], ours: ['elsewhere'] }),
  },
  {
    name: 'the end of a stream fires `error`, as in browsers',
    answer: inTurn(ended('data: 1\n\n'), stream('')),
    ...onBoth(
      (source, { log, done }) => {
        for (const type of ['end', 'error']) {
          source.addEventListener(type, (event) => {
            log(event.type, source.readyState)
            done()
          })
        }
      },
      { theirs: ['end', 0], ours: ['error', 0] },
    ),
  },
  {
    name: 'statuses of 500 and above are final, unless `shouldReconnect` retries them',
    answer: (response) => response.writeHead(503).end(),
    ...onBoth(
      (source, { log, done }) => {
        source.addEventListener('error', ({ status }) => {
          log(status, source.readyState)
          done()
        })
      },
      { theirs: [503, 0], ours: [503, 2] },
    ),
  },
  {
    name: 'the wait grows if every stream ends at once',
    answer: ended('retry: 20\n\n'),
    ...onBoth(
      (source, { log, done, count }) => {
        let n = 0
        for (const type of ['retrying', 'error']) {
          source.addEventListener(type, ({ delayMillis, delay = 0 }) => {
            if (n === count) return
            // Ours adds up to a quarter at random.
            log(delayMillis ?? `at least ${Math.floor(delay / 100 / 2 ** n) * 100 * 2 ** n}`)
            if (++n === count) done()
          })
        }
      },
      { theirs: [20, 20, 20], ours: ['at least 100', 'at least 200', 'at least 400'] },
    ),
  },
  {
    name: 'events are `Event`s',
    answer: stream('data: 1\n\n'),
    ...onBoth(
      (source, { log, done }) => {
        source.addEventListener('message', (event) => {
          log(event instanceof Event)
          done()
        })
      },
      { theirs: [false], ours: [true] },
    ),
  },
  {
    name: 'each message has its own task',
    answer: threeAtOnce,
    ...onBoth(oneByOne(), { theirs: ['1'], ours: ['1', '2', '3'] }),
  },
]
