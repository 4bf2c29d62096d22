/** Differences from `sse.js`, shown with both packages, in a page because it needs XMLHttpRequest. */

import { ended, inTurn, stream, threeAtOnce } from './answers.ts'
import { onBothWith } from './on-both.ts'
import { messages, oneByOne, type Difference, type Source } from './scenario.ts'

interface ReceivedEvent {
  type: string
  data: string
}

interface Library {
  SSE: new (url: string, options?: object) => Source<ReceivedEvent>
}

const onBoth = onBothWith((library: Library, url, options): Source<ReceivedEvent> => new library.SSE(url, options))

const MEGABYTE = `data: ${'x'.repeat(1_000)}\n\n`.repeat(1_000)

export const SSE_JS: Difference<Library>[] = [
  {
    name: 'a GET reconnects, unless `reconnect` is false',
    answer: inTurn(ended('retry: 100\ndata: 1\n\n'), stream('data: 2\n\n')),
    ...onBoth(messages(), { theirs: ['1'], ours: ['1', '2'] }),
  },
  {
    name: 'the Content-Type is checked',
    answer: stream('data: from a page\n\n', 'text/html'),
    ...onBoth(
      (source, { log, done }) => {
        for (const type of ['message', 'error']) {
          source.addEventListener(type, ({ data }) => {
            log(type, data)
            done()
          })
        }
      },
      { theirs: ['message', 'from a page'], ours: ['error', undefined] },
    ),
  },
  {
    name: 'an unfinished event at the end is discarded',
    answer: inTurn(ended('data: 1\n\ndata: 2, cut sho'), stream(':\n')),
    ...onBoth(messages(), { theirs: ['1', '2, cut sho'], ours: ['1'] }),
  },
  {
    name: 'line endings may be mixed',
    answer: stream('data: 1\n\r\ndata: 2\n\n'),
    ...onBoth(messages(), { theirs: ['1\n2'], ours: ['1', '2'] }),
  },
  {
    name: 'a listener that throws costs no message',
    answer: (response) => {
      stream('data: 1\n\ndata: 2\n\n')(response)
      // Late enough to be a separate chunk even on a busy machine.
      setTimeout(() => response.write('data: 3\n\n'), 2_000)
    },
    ...onBoth(
      (source, { log, done }) => {
        source.addEventListener('message', ({ data }) => {
          log(data)
          if (data === '3') done()
          if (data === '1') throw new Error('from the test')
        })
      },
      { theirs: ['1', '3'], ours: ['1', '2', '3'] },
    ),
  },
  {
    name: 'data is released once it has been read',
    answer: stream(`${MEGABYTE}data: end\n\n`),
    ...onBoth(
      (source, { log, done }) => {
        source.addEventListener('message', ({ data }) => {
          if (data !== 'end') return
          const { xhr } = source as { xhr?: XMLHttpRequest }
          log((xhr?.responseText.length ?? 0) > MEGABYTE.length)
          done()
        })
      },
      { theirs: [true], ours: [false] },
    ),
  },
  {
    name: 'each message has its own task',
    answer: threeAtOnce,
    ...onBoth(oneByOne(), { theirs: ['1'], ours: ['1', '2', '3'] }),
  },
]
