/** Streams that would fill the memory. */

import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { EventDecoder, EventTooLargeError } from '../../../src/decoder/event-decoder.ts'
import { EventSource } from '../../../src/index.ts'
import { beginStream, hasGone, serve } from '../support/server.ts'
import { lasting, NOWHERE, nextError, nextMessage, open } from '../support/sources.ts'

/** Writes the same text for as long as the client reads. */
function flood(response: ServerResponse, text: string): void {
  const more = (): void => {
    while (!response.destroyed && response.write(text));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
}

describe('an event that grows past maxBufferSize', () => {
  it('fails the connection: CLOSED, then one error, after the messages before it', async () => {
    let requests = 0
    let gone: Promise<void> | undefined
    const url = await serve((request, response) => {
      requests++
      gone = hasGone(request)
      beginStream(response, 'id: 1\ndata: 1\n\ndata: 2\n\ndata: ')
      flood(response, 'x'.repeat(1_000))
    })
    const source = open(url, { maxBufferSize: 5_000 })
    const log: unknown[] = []
    source.onmessage = (event) => log.push(event.data)
    source.onerror = (event) => log.push(event.error.reason, source.readyState)
    const { error, message } = await nextError(source)
    expect(log).toEqual(['1', '2', 'too-large', EventSource.CLOSED])
    expect(message).toBe(`The event stream at ${url}/ holds an event larger than the option "maxBufferSize" allows`)
    expect(error.status).toBeUndefined()
    // The server sees the connection end, and there is no other.
    await gone
    expect(requests).toBe(1)
    expect(source.lastEventId).toBe('1')
  })

  it.each([
    ['of many lines', 'data: x\n'],
    ['of an endless type', 'event: x'],
    ['of an endless id', 'id: x'],
    ['of an endless retry', 'retry: 1'],
  ])('%s, too', async (_, text) => {
    const url = await serve((_request, response) => {
      beginStream(response, text)
      flood(response, text.endsWith('\n') ? text : 'x')
    })
    const source = open(url, { maxBufferSize: 1_000 })
    expect((await nextError(source)).error.reason).toBe('too-large')
    expect(source.readyState).toBe(EventSource.CLOSED)
  })

  it('holds no more than that, and what one chunk brings, in memory', async () => {
    let sent = 0
    const chunk = new Uint8Array(64 * 1024).fill(120)
    const source = open(NOWHERE, {
      maxBufferSize: 1024 * 1024,
      fetch: () =>
        Promise.resolve({
          status: 200,
          headers: new Headers({ 'Content-Type': 'text/event-stream' }),
          body: new ReadableStream<Uint8Array>({
            pull(controller) {
              controller.enqueue(sent++ === 0 ? new TextEncoder().encode('data: ') : chunk)
            },
          }),
        }),
    })
    expect((await nextError(source)).error.reason).toBe('too-large')
    expect(sent * chunk.length).toBeLessThan(2 * 1024 * 1024)
  })
})

describe('what does not count', () => {
  it('is comments, however long', async () => {
    const url = await serve((_request, response) => {
      beginStream(response, ':')
      for (let i = 0; i < 100; i++) response.write('x'.repeat(1_000))
      response.write('\ndata: 1\n\n')
    })
    expect((await nextMessage(open(url, { maxBufferSize: 100 }))).data).toBe('1')
  })

  it('is messages that are complete, however many', async () => {
    const source = open(NOWHERE, {
      maxBufferSize: 20,
      fetch: () => Promise.resolve(lasting('data: 0123456789\n\n'.repeat(500), 'event: end\ndata: 1\n\n')),
    })
    let messages = 0
    source.onmessage = () => messages++
    await nextMessage(source, 'end')
    expect(messages).toBe(500)
  })
})

describe('a listener that is slower than the stream', () => {
  it('holds reading back: no more than 64 KiB and a chunk are read ahead', async () => {
    let pulled = 0
    const chunk = new TextEncoder().encode(`data: ${'x'.repeat(1_000)}\n\n`.repeat(16))
    const source = open(NOWHERE, {
      fetch: () =>
        Promise.resolve({
          status: 200,
          headers: new Headers({ 'Content-Type': 'text/event-stream' }),
          body: new ReadableStream<Uint8Array>({
            pull(controller) {
              pulled += chunk.length
              controller.enqueue(chunk)
            },
          }),
        }),
    })
    let heard = 0
    let ahead = 0
    await new Promise<void>((done) => {
      source.onmessage = () => {
        heard += 1_008
        ahead = Math.max(ahead, pulled - heard)
        if (heard > 1_000_000) done()
      }
    })
    source.close()
    // What is read ahead, and what the stream itself holds ready.
    expect(ahead).toBeLessThanOrEqual(64 * 1024 + 4 * chunk.length)
  })
})

const ignore = (): undefined => undefined

describe('an unfinished event counts for what it takes in memory', () => {
  const decoder = (): EventDecoder => {
    const decoder = new EventDecoder({ message: ignore, id: ignore, retry: ignore }, 200_000)
    decoder.begin('')
    return decoder
  }
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

  it('characters up to U+00FF once', () => {
    expect(() => {
      decoder().decode(bytes(`data: ${'é'.repeat(190_000)}`))
    }).not.toThrow()
  })

  it('all of them twice once one is past that', () => {
    expect(() => {
      decoder().decode(bytes(`data: Ж${'x'.repeat(190_000)}`))
    }).toThrow(EventTooLargeError)
  })

  it('also where it begins behind the end of another', () => {
    const begun = decoder()
    begun.decode(bytes('data: a\n\ndata: Ж'))
    expect(() => {
      begun.decode(bytes('x'.repeat(190_000)))
    }).toThrow(EventTooLargeError)
  })

  it('what has ended counts no more', () => {
    const long = decoder()
    long.decode(bytes(`data: ${'Ж'.repeat(90_000)}\n\n`))
    expect(() => {
      long.decode(bytes(`data: ${'x'.repeat(190_000)}`))
    }).not.toThrow()
  })
})
