/** Symptoms of messages that are missing, late or wrong. */

import { createGzip } from 'node:zlib'
import { expect } from 'vitest'
import { streamEvents } from '../../../src/index.ts'
import { until } from '../program.ts'
import type { Symptoms } from './scene.ts'

/** The wrong text brings the messages `seen`, the right text brings `messages`. */
const framed = (fact: string, wrong: string, right: string, messages: string[], seen: string[] = []) => ({
  fact,
  run: async (scene: Parameters<Symptoms[string][number]['run']>[0]) => {
    const { server, streams } = await scene.serveStream()
    const comments: string[] = []
    const { messages: received } = scene.follow(server.origin, { onComment: (comment) => comments.push(comment) })
    await until(() => {
      expect(streams).toHaveLength(1)
    })
    streams[0]?.write(`${wrong}:read\n`)
    await until(() => {
      expect(comments).toEqual(['read'])
    })
    expect(received).toEqual(seen)
    // The blank line completes an unfinished event.
    received.length = 0
    streams[0]?.write(`\n${right}:read\n`)
    await until(() => {
      expect(comments).toHaveLength(2)
    })
    expect(received.slice(-messages.length)).toEqual(messages)
  },
})

export const MESSAGES: Symptoms = {
  'No messages arrive': [
    framed('the blank line is missing', 'data: hello\n', 'data: hello\n\n', ['hello']),
    framed('data: is missing', 'hello\n\n', 'data: hello\n\n', ['hello']),
    {
      fact: 'the events have a type',
      run: async (scene) => {
        const { server, streams } = await scene.serveStream()
        const { source, messages } = scene.follow(server.origin)
        const prices: string[] = []
        source.addEventListener('price', ({ data }: MessageEvent<string>) => prices.push(data))
        await until(() => {
          expect(streams).toHaveLength(1)
        })
        streams[0]?.write('event: price\ndata: 23.50\n\n')
        await until(() => {
          expect(prices).toEqual(['23.50'])
        })
        expect(messages).toEqual([])
      },
    },
  ],

  'All messages arrive at once, at the end': [
    {
      fact: 'compression buffers, unless it is flushed',
      run: async (scene) => {
        let write: (text: string) => void = () => undefined
        let end = (): void => undefined
        const server = await scene.serve((response, { url }) => {
          response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Content-Encoding': 'gzip' }).flushHeaders()
          const gzip = createGzip()
          gzip.pipe(response)
          write = (text) => {
            gzip.write(text)
            if (url === '/flushed') gzip.flush()
          }
          end = () => gzip.end()
        })
        const held = scene.follow(server.origin)
        await until(() => {
          expect(held.opens).toBe(1)
        })
        write('data: one\n\n')
        write('data: two\n\n')
        await scene.silence()
        expect(held.messages).toEqual([])
        end()
        await until(() => {
          expect(held.messages).toEqual(['one', 'two'])
        })
        held.source.close()

        const { opens, messages } = scene.follow(`${server.origin}/flushed`)
        await until(() => {
          expect(server.requests.at(-1)?.url).toBe('/flushed')
        })
        write('data: one\n\n')
        await until(() => {
          expect(messages).toEqual(['one'])
        })
        expect(opens).toBeLessThanOrEqual(1)
      },
    },
    {
      fact: 'text() buffers, a loop over the response does not',
      run: async (scene) => {
        const { server, streams } = await scene.serveStream()
        let whole: string | undefined
        void fetch(server.origin).then(async (response) => (whole = await response.text()))
        const messages: string[] = []
        const reading = fetch(server.origin).then(async (response) => {
          for await (const { data } of streamEvents(response)) messages.push(data)
        })
        await until(() => {
          expect(streams).toHaveLength(2)
        })
        for (const response of streams) response.write('data: one\n\n')
        await until(() => {
          expect(messages).toEqual(['one'])
        })
        expect(whole).toBe(undefined)
        for (const response of streams) response.end()
        await reading
      },
    },
  ],

  '`open` fires only with the first message': [
    {
      fact: 'Node holds the headers back until flushHeaders() or a comment',
      run: async (scene) => {
        let write = (): void => undefined
        const server = await scene.serve((response, { url }) => {
          response.writeHead(200, { 'Content-Type': 'text/event-stream' })
          if (url === '/flushed') response.flushHeaders()
          if (url === '/comment') response.write(':\n\n')
          if (url === '/') write = () => response.write('data: first\n\n')
        })
        const held = scene.follow(server.origin)
        for (const fix of ['flushed', 'comment']) {
          const follower = scene.follow(`${server.origin}/${fix}`)
          await until(() => {
            expect(follower.opens).toBe(1)
          })
        }
        await until(() => {
          expect(server.requests).toHaveLength(3)
        })
        expect(held.opens).toBe(0)
        write()
        await until(() => {
          expect([held.opens, held.messages]).toEqual([1, ['first']])
        })
      },
    },
  ],

  'Lines are missing, or characters are wrong': [
    framed('the text has line breaks', 'data: one\ntwo\n\n', 'data: one\ndata: two\n\n', ['one\ntwo'], ['one']),
    framed(
      'the server sends JSON, which keeps line breaks',
      'data: "one"\n\n',
      `data: ${JSON.stringify('one\ntwo')}\n\n`,
      ['"one\\ntwo"'],
      ['"one"'],
    ),
    {
      fact: 'the stream is not UTF-8, whatever charset the server declares',
      run: async (scene) => {
        const server = await scene.serve((response, { url }) => {
          const encoding = url === '/utf8' ? 'utf8' : 'latin1'
          response.writeHead(200, { 'Content-Type': `text/event-stream; charset=${encoding}` })
          response.write('data: café\n\n', encoding)
        })
        const wrong = scene.follow(server.origin)
        const right = scene.follow(`${server.origin}/utf8`)
        await until(() => {
          expect([wrong.messages, right.messages]).toEqual([['caf\uFFFD'], ['café']])
        })
      },
    },
  ],

  'Cannot read properties of undefined in `onerror`': [
    {
      fact: 'an event of type error has data, and the connection stays open',
      run: async (scene) => {
        const { server, streams } = await scene.serveStream()
        const { source, messages } = scene.follow(server.origin)
        const thrown: unknown[] = []
        const shown: string[] = []
        source.onerror = (event) => {
          if ('data' in event) shown.push(event.data)
          try {
            void (event as Event & { error: Error }).error.message
          } catch (error) {
            thrown.push(error)
          }
        }
        await until(() => {
          expect(streams).toHaveLength(1)
        })
        streams[0]?.write('event: error\ndata: overloaded\n\ndata: next\n\n')
        await until(() => {
          expect(messages).toEqual(['next'])
        })
        expect(thrown).toEqual([expect.any(TypeError)])
        expect(shown).toEqual(['overloaded'])
      },
    },
  ],
}
