/** What differs from `launchdarkly-eventsource`, shown on both. */

import { ended, inTurn, stream, threeAtOnce } from './answers.ts'
import { onBothWith } from './on-both.ts'
import { oneByOne, type Difference, type Source, type SourceKit } from './story.ts'

interface HeardEvent {
  type: string
  data?: string
  status?: number
  delayMillis?: number
  delay?: number
}

interface Library {
  EventSource: new (url: string, options?: object) => Source<HeardEvent>
}

const onBoth = onBothWith((library: Library, url): Source<HeardEvent> => {
  const source = new library.EventSource(url)
  // An error that nobody listens to would end the process.
  source.addEventListener('error', () => undefined)
  return source
})

/** What becomes of it first. */
function first(source: Source<HeardEvent>, { log, done }: SourceKit): void {
  for (const type of ['message', 'error']) {
    source.addEventListener(type, ({ data }) => {
      log(data ?? type)
      done()
    })
  }
}

export const LAUNCHDARKLY_EVENTSOURCE: Difference<Library>[] = [
  {
    name: 'the certificate of a server is checked',
    isSecure: true,
    answer: stream('data: from whoever it may be\n\n'),
    ...onBoth(first, { theirs: ['from whoever it may be'], ours: ['error'] }),
  },
  {
    name: 'silence is no failure, unless `idleTimeout` says so',
    answer: stream('data: 1\n\n'),
    ...onBoth(
      (source, { log, done, count }) => {
        source.addEventListener('error', ({ type }) => {
          log(type)
          done()
        })
        if (count === 0) setTimeout(done, 6_500)
      },
      // It listens to the limit of 5 seconds that Node's agent has for sockets.
      { theirs: ['error'], ours: [] },
    ),
  },
  {
    name: 'the Content-Type is checked',
    answer: stream('data: of a page\n\n', 'text/html'),
    ...onBoth(first, { theirs: ['of a page'], ours: ['error'] }),
  },
  {
    name: 'redirects are followed whichever status they have',
    answer: (response, n) => {
      if (n === 1) response.writeHead(302, { Location: '/elsewhere' }).end()
      else stream('data: elsewhere\n\n')(response)
    },
    ...onBoth(first, { theirs: ['error'], ours: ['elsewhere'] }),
  },
  {
    name: 'a stream that has ended is an `error` event, as in browsers',
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
    name: 'statuses of 500 and more are final, unless `shouldReconnect` says otherwise',
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
    name: 'a server that ends each stream at once is asked less and less often',
    answer: ended('retry: 20\n\n'),
    ...onBoth(
      (source, { log, done, count }) => {
        let n = 0
        for (const type of ['retrying', 'error']) {
          source.addEventListener(type, ({ delayMillis, delay = 0 }) => {
            if (n === count) return
            // Ours adds up to a quarter, by chance.
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
    name: 'each message is a task of its own',
    answer: threeAtOnce,
    ...onBoth(oneByOne(), { theirs: ['1'], ours: ['1', '2', '3'] }),
  },
]
