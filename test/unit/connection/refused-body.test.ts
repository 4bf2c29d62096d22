/** The text of a refused response. How long it may take is a subject here, too. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { readRefusedBody } from '../../../src/connection/refused-body.ts'
import { NOWHERE, nextError, open, response } from '../support/sources.ts'

afterEach(() => {
  vi.useRealTimers()
})

const MOST = 64 * 1024
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

interface Read {
  text: string | undefined
  cancelled: boolean
  aborted: boolean
}

/** Reads the body of a refused response to the end, as far as that goes. */
async function read(source: UnderlyingDefaultSource<unknown>): Promise<Read> {
  let cancelled = false
  const stream = new ReadableStream({
    ...source,
    cancel() {
      cancelled = true
    },
  })
  const request = new AbortController()
  const text = await readRefusedBody({ status: 500, headers: new Headers(), body: stream }, request)
  return { text, cancelled, aborted: request.signal.aborted }
}

/** A stream of these chunks, which then ends or stays open. */
function chunks(values: unknown[], ends = true): UnderlyingDefaultSource<unknown> {
  return {
    start(controller) {
      for (const value of values) controller.enqueue(value)
      if (ends) controller.close()
    },
  }
}

describe('a body that ends', () => {
  it.each([
    ['in one chunk', [bytes('{"error":"no"}')], '{"error":"no"}'],
    ['in several', [bytes('{"error"'), bytes(''), bytes(':"no"}')], '{"error":"no"}'],
    ['without any', [], ''],
    ['within a character', [bytes('a…').subarray(0, 3)], 'a'],
    ['with a character cut in two', [bytes('a…b').subarray(0, 2), bytes('a…b').subarray(2)], 'a…b'],
    ['with bytes that are no UTF-8', [new Uint8Array([97, 0xff, 98])], 'a\ufffdb'],
    ['in a view of a larger buffer', [new DataView(bytes('abcdef').buffer, 1, 3)], 'bcd'],
    ['in a view of wider numbers', [new Uint16Array(bytes('abcd').slice().buffer)], 'abcd'],
  ])('%s is its text, and the request is over', async (_, values, text) => {
    expect(await read(chunks(values))).toEqual({ text, cancelled: false, aborted: true })
  })
})

describe('a body that is longer than 64 KiB', () => {
  it.each([
    ['one chunk', [bytes('x'.repeat(MOST + 1))]],
    ['a chunk that crosses the limit', [bytes('x'.repeat(MOST - 1)), bytes('xxx')]],
    ['a chunk that comes after the limit', [bytes('x'.repeat(MOST)), bytes('x')]],
  ])('in %s is cut there, and the rest is cancelled', async (_, values) => {
    const { text, cancelled, aborted } = await read(chunks(values, false))
    expect(text).toBe('x'.repeat(MOST))
    expect({ cancelled, aborted }).toEqual({ cancelled: true, aborted: true })
  })

  it('is not read on', async () => {
    let pulled = 0
    const { text } = await read({
      pull(controller) {
        pulled += MOST / 4
        controller.enqueue(new Uint8Array(MOST / 4).fill(120))
      },
    })
    expect(text).toHaveLength(MOST)
    // A stream holds a chunk ready.
    expect(pulled).toBeLessThanOrEqual(MOST + MOST / 4)
  })

  it('loses the character that the limit cuts', async () => {
    const { text } = await read(chunks([bytes(`${'x'.repeat(MOST - 1)}…`)]))
    expect(text).toBe('x'.repeat(MOST - 1))
  })

  it('of exactly 64 KiB is whole', async () => {
    expect((await read(chunks([bytes('x'.repeat(MOST))]))).text).toBe('x'.repeat(MOST))
  })
})

describe('a body that takes too long', () => {
  it.each([
    ['all that has come', [bytes('as far'), bytes(' as it came')], 'as far as it came'],
    ['nothing where nothing has come', [], ''],
    ['no half of a character', [bytes('a…').subarray(0, 2)], 'a'],
  ])('counts after 250 ms: %s, and the rest is cancelled', async (_, values, expected) => {
    vi.useFakeTimers()
    const done = vi.fn()
    const outcome = read(chunks(values, false)).then((outcome) => {
      done()
      return outcome
    })
    await vi.advanceTimersByTimeAsync(249)
    expect(done).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(2)
    expect(await outcome).toEqual({ text: expected, cancelled: true, aborted: true })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('has 250 ms in all, however many chunks come', async () => {
    vi.useFakeTimers()
    let tick: ReturnType<typeof setInterval> | undefined
    const outcome = read({
      start(controller) {
        tick = setInterval(() => {
          controller.enqueue(bytes('x'))
        }, 100)
      },
    })
    await vi.advanceTimersByTimeAsync(251)
    clearInterval(tick)
    expect(await outcome).toEqual({ text: 'xx', cancelled: true, aborted: true })
  })

  it('leaves no timer where it ends in time', async () => {
    vi.useFakeTimers()
    await read(chunks([bytes('x')]))
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a body that goes wrong', () => {
  it('counts as far as it came', async () => {
    let pulls = 0
    const broken: UnderlyingDefaultSource<unknown> = {
      pull(controller) {
        if (pulls++ === 0) controller.enqueue(bytes('as far as it came'))
        else controller.error(new Error('reset'))
      },
    }
    expect(await read(broken)).toEqual({ text: 'as far as it came', cancelled: false, aborted: true })
  })

  it.each([['text'], [{}], [undefined], [7]])('counts until a chunk is no bytes: %s', async (chunk) => {
    expect(await read(chunks([bytes('bytes'), chunk], false))).toEqual({
      text: 'bytes',
      cancelled: true,
      aborted: true,
    })
  })

  it('is empty where there is none', async () => {
    const none = { status: 500, headers: new Headers(), body: null }
    expect(await readRefusedBody(none, new AbortController())).toBe('')
  })

  it.each([
    ['is no web stream', 'text'],
    ['is missing', undefined],
    ['is read by somebody else', lockedStream()],
  ])('is undefined where it %s, and the request is over', async (_, body) => {
    const request = new AbortController()
    expect(await readRefusedBody({ status: 500, headers: new Headers(), body }, request)).toBeUndefined()
    expect(request.signal.aborted).toBe(true)
  })

  it('may not be cancellable', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(MOST + 1))
      },
      cancel() {
        throw new Error('no')
      },
    })
    const request = new AbortController()
    const refused = { status: 500, headers: new Headers(), body }
    await expect(readRefusedBody(refused, request)).resolves.toHaveLength(MOST)
  })
})

describe('an abort while it is read', () => {
  it('ends it at once and cancels it', async () => {
    const cancel = vi.fn()
    const request = new AbortController()
    const refused = { status: 500, headers: new Headers(), body: new ReadableStream({ cancel }) }
    const text = readRefusedBody(refused, request)
    request.abort()
    expect(await text).toBe('')
    expect(cancel).toHaveBeenCalledOnce()
  })

  it('fires no error where close() did it', async () => {
    const fired = vi.fn()
    let close = (): void => undefined
    await new Promise<void>((cancelled) => {
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
        {
          pull() {
            close()
          },
          cancel() {
            cancelled()
          },
        },
        { highWaterMark: 0 },
      )
      const source = open(NOWHERE, { fetch: () => Promise.resolve(response(body, { status: 500 })) })
      source.onerror = fired
      close = () => {
        source.close()
      }
    })
    expect(fired).not.toHaveBeenCalled()
  })
})

describe('an error event', () => {
  it('has it', async () => {
    const refused = response('{"error":"no"}', { status: 401, headers: { 'X-Reason': 'expired' } })
    const { error } = await nextError(open(NOWHERE, { fetch: () => Promise.resolve(refused) }))
    expect(error.body).toBe('{"error":"no"}')
    expect(error.headers?.get('x-reason')).toBe('expired')
  })

  it('has it also where the type is wrong', async () => {
    const page = response('<h1>Log in</h1>', { headers: { 'Content-Type': 'text/html' } })
    const { error } = await nextError(open(NOWHERE, { fetch: () => Promise.resolve(page) }))
    expect(error).toMatchObject({ reason: 'content-type', status: 200, body: '<h1>Log in</h1>' })
  })
})

function lockedStream(): ReadableStream {
  const stream = new ReadableStream()
  stream.getReader()
  return stream
}
