/** Differences from `event-source-polyfill`, shown with both packages. */

import { ended, inTurn, stream, threeAtOnce } from './answers.ts'
import { onBothWith } from './on-both.ts'
import { isRequestedWithin, messages, oneByOne, type Difference, type Source } from './scenario.ts'

interface ReceivedEvent {
  data: string
  lastEventId: string
  origin?: string
  status?: number
  error?: { body?: string }
}

interface Library {
  EventSourcePolyfill: new (url: string, options?: object) => Source<ReceivedEvent>
}

const onBoth = onBothWith(
  (library: Library, url, options): Source<ReceivedEvent> => new library.EventSourcePolyfill(url, options),
)

export const EVENT_SOURCE_POLYFILL: Difference<Library>[] = [
  {
    name: 'idle connections stay open, unless `idleTimeout` is set',
    answer: stream('data: 1\n\n'),
    ...onBoth(
      (source, { log, done, count }) => {
        source.addEventListener('error', () => {
          log('lost')
          done()
        })
        if (count === 0) setTimeout(done, 2_500)
      },
      { theirs: ['lost'], ours: [] },
      // The default is 45,000, the minimum 1,000.
      { theirs: { heartbeatTimeout: 1_000 } },
    ),
  },
  {
    name: 'the last event ID is sent in a header, unless `lastEventIdParameter` is set',
    answer: inTurn(ended('retry: 1\nid: 7\ndata: 1\n\n'), stream('data: 2\n\n')),
    ...onBoth(messages(), { theirs: ['1', '2'], ours: ['1', '2'] }),
    shows: ({ requests }) => [requests[1]?.url, requests[1]?.headers['last-event-id']],
    expected: { theirs: ['/events?lastEventId=7', undefined], ours: ['/events', '7'] },
  },
  {
    name: '`retry` may set a wait of less than a second',
    answer: ended('retry: 100\ndata: 1\n\n'),
    ...onBoth(messages(), { theirs: ['1', '1'], ours: ['1', '1', '1', '1', '1', '1'] }),
    shows: isRequestedWithin(990),
    expected: { theirs: false, ours: true },
  },
  {
    name: 'events are `Event`s and `MessageEvent`s, and messages have an `origin`',
    answer: stream('data: 1\n\n'),
    ...onBoth(
      (source, { log, done }) => {
        source.onmessage = (event) => {
          log(event instanceof Event, event instanceof MessageEvent, typeof event.origin)
          done()
        }
      },
      { theirs: [false, false, 'undefined'], ours: [true, true, 'string'] },
    ),
  },
  {
    name: '`addEventListener` takes options, such as `once`',
    answer: stream('data: 1\n\ndata: 2\n\nevent: end\ndata\n\n'),
    ...onBoth(
      (source, { log, done }) => {
        source.addEventListener(
          'message',
          ({ data }) => {
            log(data)
          },
          { once: true },
        )
        source.addEventListener('end', done)
      },
      { theirs: ['1', '2'], ours: ['1'] },
    ),
  },
  {
    name: 'each message has its own task',
    answer: threeAtOnce,
    ...onBoth(oneByOne(), { theirs: ['1'], ours: ['1', '2', '3'] }),
  },
  {
    name: 'an ID with a NUL is ignored',
    answer: stream('id: 1\ndata: 1\n\nid: 2\0\ndata: 2\n\n'),
    ...onBoth(
      (source, { log, done }) => {
        source.onmessage = ({ data, lastEventId }) => {
          log(lastEventId)
          if (data === '2') done()
        }
      },
      { theirs: ['1', '2\0'], ours: ['1', '1'] },
    ),
  },
  {
    name: 'an `error` event has the response body',
    answer: (response) => response.writeHead(403, { 'Content-Type': 'text/plain' }).end('not for you'),
    ...onBoth(
      (source, { log, done }) => {
        source.addEventListener('error', ({ status, error }) => {
          log(status, error?.body)
          done()
        })
      },
      { theirs: [403, undefined], ours: [403, 'not for you'] },
    ),
  },
]
