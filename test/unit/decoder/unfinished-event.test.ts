/** How much memory an unfinished event may take. */

import { describe, expect, it } from 'vitest'
import { EventDecoder, EventTooLargeError } from '../../../src/decoder/event-decoder.ts'
import { nextError, NOWHERE, open } from '../support/sources.ts'

describe('an event that grows past maxBufferSize', () => {
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
