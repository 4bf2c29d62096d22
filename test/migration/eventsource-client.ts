/** Differences from `eventsource-client`, shown with both packages. */

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { streamEvents } from 'everysource'
import { ended, largeStream, stream } from './answers.ts'
import type { Difference } from './scenario.ts'

interface Client extends AsyncIterable<{ data: string }> {
  close(): void
  readonly readyState: string
}

interface Library {
  createEventSource: (options: object | string) => Client
}

/** How much the server would send, and an amount that exceeds the socket buffers of both ends, which hold some megabytes. */
const LARGE = 64 * 1024 * 1024
const MUCH = 16 * 1024 * 1024

/** A `fetch` that calls back when it has read more than `MUCH`. */
function fetchThatCounts(whenMuch: () => void): typeof fetch {
  return async (url, init) => {
    const response = await fetch(url, init)
    let read = 0
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        controller.enqueue(chunk)
        read += chunk.length
        if (read > MUCH) whenMuch()
      },
    })
    return new Response(response.body?.pipeThrough(counter) ?? null, response)
  }
}

/** The query of a request that expects the first connection to stay open. */
const STAYS = '?stays'

/** The sockets of streams, by the server's host. */
const connections = new Map<string, Socket>()

/** Answers `closed` when the connection closes, or `open` after 2 seconds if the request expects that. */
function answerOnClose(socket: Socket | undefined, url: string, response: ServerResponse): void {
  const timer = url.endsWith(STAYS) ? setTimeout(() => response.end('open'), 2_000) : undefined
  socket?.once('close', () => {
    clearTimeout(timer)
    response.end('closed')
  })
  if (socket?.destroyed) socket.emit('close')
}

export const EVENTSOURCE_CLIENT: Difference<Library>[] = [
  {
    name: 'leaving the loop closes the connection',
    answer: (response, n, { socket, url = '', headers: { host = '' } }) => {
      if (n === 1) {
        connections.set(host, socket)
        stream('data: 1\n\n')(response)
      } else {
        answerOnClose(connections.get(host), url, response)
      }
    },
    theirs: async ({ library, url, log, done }) => {
      const source = library.createEventSource(url)
      for await (const _ of source) break
      log(await (await fetch(url + STAYS)).text())
      done(source)
    },
    ours: async ({ url, log, done }) => {
      for await (const _ of streamEvents(url)) break
      log(await (await fetch(url)).text())
      done()
    },
    expected: { theirs: ['open'], ours: ['closed'] },
  },
  {
    name: 'a refused response is an error',
    answer: (response) => response.writeHead(404, { 'Content-Type': 'text/plain' }).end('no such stream'),
    theirs: ({ library, url, log, done }) => {
      const source = library.createEventSource({
        url,
        onScheduleReconnect: ({ delay }: { delay: number }) => {
          log('again in', delay)
          done(source)
        },
      })
    },
    ours: async ({ url, log, done }) => {
      try {
        for await (const _ of streamEvents(url, { reconnect: true }));
      } catch (error) {
        const { status, body } = error as { status: number; body: string }
        log(status, body)
        done()
      }
    },
    expected: { theirs: ['again in', 2_000], ours: [404, 'no such stream'] },
  },
  {
    name: 'the Content-Type is checked',
    answer: stream('data: from a page\n\n', 'text/html'),
    theirs: async ({ library, url, log, done }) => {
      const source = library.createEventSource(url)
      for await (const { data } of source) {
        log(data)
        break
      }
      done(source)
    },
    ours: async ({ url, log, done }) => {
      try {
        for await (const { data } of streamEvents(url)) log(data)
      } catch (error) {
        log((error as { reason: string }).reason)
      }
      done()
    },
    expected: { theirs: ['from a page'], ours: ['content-type'] },
  },
  {
    name: 'a loop ends when the stream ends, unless `reconnect` is set',
    answer: ended('data: 1\n\n'),
    theirs: async ({ library, url, log, done }) => {
      const source = library.createEventSource({
        url,
        onScheduleReconnect: () => {
          log('again')
          done(source)
        },
      })
      for await (const { data } of source) log(data)
    },
    ours: async ({ url, log, done }) => {
      for await (const { data } of streamEvents(url)) log(data)
      log('over')
      done()
    },
    expected: { theirs: ['1', 'again'], ours: ['1', 'over'] },
  },
  {
    name: 'the wait grows if every stream ends at once',
    answer: ended('retry: 20\n\n'),
    theirs: ({ library, url, log, done }) => {
      let n = 0
      const source = library.createEventSource({
        url,
        onScheduleReconnect: ({ delay }: { delay: number }) => {
          if (n === 3) return
          log(delay)
          if (++n === 3) done(source)
        },
      })
    },
    ours: ({ url, log, done }) => {
      let [n, last] = [-1, 0]
      const events = streamEvents(url, {
        reconnect: true,
        fetch: (url, init) => {
          const now = performance.now()
          if (++n > 0) log(now - last > 95 * 2 ** (n - 1) ? `at least ${100 * 2 ** (n - 1)}` : now - last)
          last = now
          if (n === 3) done(events)
          return fetch(url, init)
        },
      })
      void events[Symbol.asyncIterator]().next()
    },
    expected: { theirs: [20, 20, 20], ours: ['at least 100', 'at least 200', 'at least 400'] },
  },
  {
    name: 'the connection is read as fast as the loop takes the events',
    answer: largeStream(LARGE),
    theirs: async ({ library, url, log, done }) => {
      const source = library.createEventSource({
        url,
        fetch: fetchThatCounts(() => {
          log('much has been read')
          source.close()
          done()
        }),
      })
      await source[Symbol.asyncIterator]().next()
      log('one has been taken')
    },
    ours: async ({ url, log, done }) => {
      const events = streamEvents(url, {
        fetch: fetchThatCounts(() => {
          log('much has been read')
        }),
      })
      await events[Symbol.asyncIterator]().next()
      log('one has been taken')
      setTimeout(done, 1_500, events)
    },
    expected: { theirs: ['one has been taken', 'much has been read'], ours: ['one has been taken'] },
  },
]
