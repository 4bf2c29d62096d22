/** How much memory an unfinished event may take. */

import { describe, expect, it } from 'vitest'
import { EventDecoder, EventTooLargeError } from '../../../src/decoder/event-decoder.ts'
import { nextError, NOWHERE, open, response } from '../support/sources.ts'
import { counting } from '../support/streams.ts'

describe('an event that grows past maxBufferSize', () => {
  it('holds no more than that, and what one chunk brings, in memory', async () => {
    const chunk = 'x'.repeat(64 * 1024)
    const body = counting((count) => (count === 0 ? 'data: ' : chunk))
    const source = open(NOWHERE, { maxBufferSize: 1024 * 1024, fetch: () => Promise.resolve(response(body.stream)) })
    const { error, message } = await nextError(source)
    expect(error.reason).toBe('too-large')
    expect(message).toBe(`The event stream at ${NOWHERE} holds an event larger than the option "maxBufferSize" allows`)
    expect(body.pulls * chunk.length).toBeLessThan(2 * 1024 * 1024)
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
