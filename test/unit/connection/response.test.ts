/** Which responses are refused, how much of their bodies is read, and how bodies are read and canceled. */

import { Readable } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { FetchLikeResponse } from '../../../src/connection/request.ts'
import {
  mimeEssence,
  openResponse,
  parseRetryAfter,
  checkResponse,
  acquireReader,
} from '../../../src/connection/response.ts'
import { type ErrorEvent, EventSource } from '../../../src/index.ts'
import { failureOf } from '../support/failures.ts'
import { bytes, settled, type Source, source, unhandledRejections } from '../support/streams.ts'
import { STUB_URL, nextError, nextMessage, nextOpen, open, response } from '../support/sources.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** Returns the first error of a source whose fetch returns this value. */
async function errorFor(answer: unknown): Promise<{ event: ErrorEvent; readyState: number }> {
  const opened = open(STUB_URL, { fetch: () => Promise.resolve(answer as FetchLikeResponse) })
  const event = await nextError(opened)
  return { event, readyState: opened.readyState }
}

const headers = { 'Content-Type': 'text/event-stream' }
const AT = 'The event stream at http://nowhere.test/stream'

describe('response with a status other than 200 fails the connection', () => {
  it.each([201, 202, 203, 205, 206, 300, 304, 400, 401, 403, 404, 410, 429, 500, 503])('%d', async (status) => {
    const body = [205, 304].includes(status) ? null : ''
    const { event, readyState } = await errorFor(
      response(body, { status, headers: { ...headers, 'Retry-After': '5' } }),
    )
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error).toMatchObject({ reason: 'status', status, retryAfter: 5_000 })
    expect(event.message).toBe(`${AT} was refused: status ${status}, expected 200`)
  })

  it('204, with a message that says so', async () => {
    const { event, readyState } = await errorFor(response(null, { status: 204 }))
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error).toMatchObject({ reason: 'status', status: 204 })
    expect(event.message).toBe(`${AT} was refused: the server ended it with status 204`)
  })
})

describe('invalid Response-like object causes an error event rather than an unhandled rejection', () => {
  const typed = new Headers(headers)
  const body = new ReadableStream()
  it.each([
    ['headers.get returns undefined, like that of a Map', { status: 200, headers: new Map(), body }],
    ['headers.get returns an array', { status: 200, headers: { get: () => ['text/event-stream'] }, body }],
    ['getReader throws', { status: 200, headers: typed, body: { getReader: thrower, cancel: thrower } }],
    [
      'cancel of a rejected body returns nothing',
      { status: 500, headers: typed, body: { getReader: thrower, cancel: () => 0 } },
    ],
    [
      'cancel of a rejected body throws',
      { status: 500, headers: typed, body: { getReader: thrower, cancel: thrower } },
    ],
  ])('%s', async (_, answer) => {
    const unhandled = unhandledRejections()
    const { readyState } = await errorFor(answer)
    expect(readyState).toBe(EventSource.CLOSED)
    await settled()
    expect(unhandled).toEqual([])
  })

  function thrower(): never {
    throw new Error('no')
  }
})

describe('response of another Content-Type fails the connection', () => {
  it.each([
    ['text/html', 'Content-Type "text/html"'],
    ['text/event-streamfoo', 'Content-Type "text/event-streamfoo"'],
    ['text/event-stream x', 'Content-Type "text/event-stream x"'],
    ['', 'Content-Type ""'],
    ['x'.repeat(5_000), `Content-Type "${'x'.repeat(100)}"`],
  ])('%.40j', async (contentType, shown) => {
    const { event, readyState } = await errorFor(response('data: 1\n\n', { headers: { 'Content-Type': contentType } }))
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error).toMatchObject({ reason: 'content-type', status: 200 })
    expect(event.message).toBe(`${AT} was refused: ${shown}, expected text/event-stream`)
  })

  it('fails the connection if it has no Content-Type', async () => {
    const { event } = await errorFor(new Response(new Uint8Array([1])))
    expect(event.error.reason).toBe('content-type')
    expect(event.message).toBe(`${AT} was refused: Content-Type is missing, expected text/event-stream`)
  })
})

describe('fetch that does not return a Response', () => {
  it.each([
    [undefined],
    [null],
    ['text'],
    [7],
    [{}],
    [{ status: 200 }],
    [{ status: 200, headers: {} }],
    [[]],
    [() => 0],
  ])('fails the connection and is reported as the cause: %j', async (answer) => {
    const { event, readyState } = await errorFor(answer)
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error.reason).toBe('unsupported')
    expect(event.message).toBe(`${AT} cannot be read: "fetch" did not return a Response`)
  })
})

describe('body that is not a web stream', () => {
  it.each([
    ['a Node stream', Readable.from(['data: 1\n\n'])],
    ['missing, as in React Native', undefined],
    ['a string', 'data: 1\n\n'],
    ['bytes', new Uint8Array(3)],
  ])('fails the connection: %s', async (_, body) => {
    const { event, readyState } = await errorFor({ status: 200, headers: new Headers(headers), body })
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error.reason).toBe('unsupported')
    expect(event.message).toContain('not a ReadableStream. Pass a streaming fetch')
  })
})

describe('body that cannot be read', () => {
  it('fails the connection if another reader has it', async () => {
    const answer = response('data: 1\n\n')
    answer.body?.getReader()
    const { event, readyState } = await errorFor(answer)
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error.reason).toBe('unsupported')
    expect(event.message).toBe(`${AT} cannot be read: the Response body is locked`)
  })

  it('is locked before a listener for open can read it', async () => {
    const opened = open(STUB_URL, {
      fetch: async () => {
        // Makes the listener run as soon as there is a response.
        await new Promise((resolve) => setImmediate(resolve))
        return response('data: 1\n\n')
      },
    })
    let text: Promise<string> | undefined
    opened.onopen = ({ response }) => {
      text = response.text()
    }
    const message = nextMessage(opened)
    await nextOpen(opened)
    await expect(text).rejects.toThrow(TypeError)
    expect((await message).data).toBe('1')
  })

  it.each([
    ['texts', 'data: 1\n\n'],
    ['objects', { data: 1 }],
    ['nothing', undefined],
    ['numbers', 7],
  ])('fails the connection if its chunks are %s', async (_, chunk) => {
    let canceled = false
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(chunk)
      },
      cancel() {
        canceled = true
      },
    })
    const { event, readyState } = await errorFor({ status: 200, headers: new Headers(headers), body })
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error.reason).toBe('unsupported')
    expect(event.message).toBe(`${AT} cannot be read: its body is not a stream of bytes`)
    expect(canceled).toBe(true)
  })
})

describe('valid response', () => {
  it.each([
    ['with a stream', response('data: 1\n\n')],
    ['without a body', response(null)],
    ['with the headers of another realm', { status: 200, headers: { get: () => 'text/event-stream' }, body: null }],
  ])('is accepted: %s', (_, answer) => {
    expect(checkResponse(answer)).toBeUndefined()
  })

  it('a response without a body counts as a lost connection', async () => {
    const { event, readyState } = await errorFor(response(null))
    expect(readyState).toBe(EventSource.CONNECTING)
    expect(event.error.reason).toBe('ended')
    expect(event.message).toBe(`${AT} has ended`)
  })

  it('may contain bytes in any ArrayBuffer view', async () => {
    const text = bytes('data: 1\n\n')
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new DataView(text.buffer, 0, 4))
        controller.enqueue(Buffer.from(text.subarray(4)))
      },
    })
    const opened = open(STUB_URL, { fetch: () => Promise.resolve(response(body)) })
    expect((await nextMessage(opened)).data).toBe('1')
  })
})

describe('interrupted body', () => {
  it('loses the connection with the error as the cause', async () => {
    const cause = new Error('reset')
    const body = new ReadableStream({
      start(controller) {
        controller.error(cause)
      },
    })
    const { event, readyState } = await errorFor(response(body))
    expect(readyState).toBe(EventSource.CONNECTING)
    expect(event.error).toMatchObject({ reason: 'network', cause })
    expect(event.message).toBe(`${AT} was interrupted`)
  })
})

describe('refused response', () => {
  it('has its request aborted', async () => {
    let signal: AbortSignal | undefined
    const opened = open(STUB_URL, {
      fetch: (_, init) => {
        signal = init.signal
        return Promise.resolve(response('', { status: 500 }))
      },
    })
    await nextError(opened)
    expect(signal?.aborted).toBe(true)
  })
})

const MOST = 64 * 1024

interface Read {
  /** Text of the body in the error. */
  text: string | undefined
  canceled: boolean
  aborted: boolean
}

/** Opens a response with status 500 and this body. */
async function refused(body: unknown, request = new AbortController()): Promise<string | undefined> {
  const failure = await failureOf(
    openResponse({ status: 500, headers: new Headers(), body }, new URL(STUB_URL), request),
  )
  expect(failure).toMatchObject({ reason: 'status', status: 500 })
  expect(request.signal.aborted).toBe(true)
  return failure.body
}

/** How much of a rejected body is read, and whether it is canceled. */
async function read(source: UnderlyingDefaultSource<unknown>): Promise<Read> {
  let canceled = false
  const stream = new ReadableStream({
    ...source,
    cancel() {
      canceled = true
    },
  })
  const request = new AbortController()
  const text = await refused(stream, request)
  return { text, canceled, aborted: request.signal.aborted }
}

/** A stream of these chunks that then closes or stays open. */
function chunks(values: unknown[], ends = true): UnderlyingDefaultSource<unknown> {
  return {
    start(controller) {
      for (const value of values) controller.enqueue(value)
      if (ends) controller.close()
    },
  }
}

describe('complete body of a refused response', () => {
  it.each([
    ['one chunk', [bytes('{"error":"no"}')], '{"error":"no"}'],
    ['several chunks', [bytes('{"error"'), bytes(''), bytes(':"no"}')], '{"error":"no"}'],
    ['no chunks', [], ''],
    ['an incomplete character', [bytes('a…').subarray(0, 3)], 'a'],
    ['a character split between chunks', [bytes('a…b').subarray(0, 2), bytes('a…b').subarray(2)], 'a…b'],
    ['bytes that are not UTF-8', [new Uint8Array([97, 0xff, 98])], 'a\ufffdb'],
    ['a view of a larger buffer', [new DataView(bytes('abcdef').buffer, 1, 3)], 'bcd'],
    ['a view of wider numbers', [new Uint16Array(bytes('abcd').slice().buffer)], 'abcd'],
  ])('with %s is read as text, and the request is aborted', async (_, values, text) => {
    expect(await read(chunks(values))).toEqual({ text, canceled: false, aborted: true })
  })
})

describe('rejected body longer than 64 KiB', () => {
  it.each([
    ['one chunk', [bytes('x'.repeat(MOST + 1))]],
    ['a chunk that crosses the limit', [bytes('x'.repeat(MOST - 1)), bytes('xxx')]],
    ['a chunk after the limit', [bytes('x'.repeat(MOST)), bytes('x')]],
  ])('in %s is truncated, and the rest is canceled', async (_, values) => {
    const { text, canceled, aborted } = await read(chunks(values, false))
    expect(text).toBe('x'.repeat(MOST))
    expect({ canceled, aborted }).toEqual({ canceled: true, aborted: true })
  })

  it('is not read beyond the limit', async () => {
    let pulled = 0
    const { text } = await read({
      pull(controller) {
        pulled += MOST / 4
        controller.enqueue(new Uint8Array(MOST / 4).fill(120))
      },
    })
    expect(text).toHaveLength(MOST)
    // One extra chunk reveals whether the body ended, and a stream holds one ready.
    expect(pulled).toBeLessThanOrEqual(MOST + MOST / 2)
  })

  it('loses a character split by the limit', async () => {
    const { text } = await read(chunks([bytes(`${'x'.repeat(MOST - 1)}…`)]))
    expect(text).toBe('x'.repeat(MOST - 1))
  })

  it('is complete at exactly 64 KiB', async () => {
    expect((await read(chunks([bytes('x'.repeat(MOST))]))).text).toBe('x'.repeat(MOST))
  })
})

describe('slow body of a refused response', () => {
  it.each([
    ['text', [bytes('as far'), bytes(' as it came')], 'as far as it came'],
    ['nothing', [], ''],
    ['no incomplete character', [bytes('a…').subarray(0, 2)], 'a'],
  ])('is truncated after 250 ms to %s, and the rest is canceled', async (_, values, expected) => {
    vi.useFakeTimers()
    const done = vi.fn()
    const outcome = read(chunks(values, false)).then((outcome) => {
      done()
      return outcome
    })
    await vi.advanceTimersByTimeAsync(249)
    expect(done).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(2)
    expect(await outcome).toEqual({ text: expected, canceled: true, aborted: true })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('has 250 ms in total for all chunks', async () => {
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
    expect(await outcome).toEqual({ text: 'xx', canceled: true, aborted: true })
  })

  it('leaves no timer if it ends in time', async () => {
    vi.useFakeTimers()
    await read(chunks([bytes('x')]))
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('unreadable body of a refused response', () => {
  it('is truncated if it is interrupted', async () => {
    let pulls = 0
    const broken: UnderlyingDefaultSource<unknown> = {
      pull(controller) {
        if (pulls++ === 0) controller.enqueue(bytes('as far as it came'))
        else controller.error(new Error('reset'))
      },
    }
    expect(await read(broken)).toEqual({ text: 'as far as it came', canceled: false, aborted: true })
  })

  it.each([['text'], [{}], [undefined], [7]])('is truncated at a chunk that is not bytes: %s', async (chunk) => {
    expect(await read(chunks([bytes('bytes'), chunk], false))).toEqual({
      text: 'bytes',
      canceled: true,
      aborted: true,
    })
  })

  it('is empty if it is null', async () => {
    expect(await refused(null)).toBe('')
  })

  it.each([
    ['it is not a web stream', 'text'],
    ['it is missing', undefined],
    ['another reader has it', lockedStream()],
  ])('is undefined if %s, and the request is aborted', async (_, body) => {
    expect(await refused(body)).toBeUndefined()
  })

  it('may fail to cancel', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(MOST + 1))
      },
      cancel() {
        throw new Error('no')
      },
    })
    const unhandled = unhandledRejections()
    await expect(refused(body)).resolves.toHaveLength(MOST)
    await settled()
    expect(unhandled).toEqual([])
  })
})

describe('abort while a rejected body is read', () => {
  it('stops reading at once and cancels the body', async () => {
    const cancel = vi.fn()
    const request = new AbortController()
    const text = refused(new ReadableStream({ cancel }), request)
    request.abort()
    expect(await text).toBe('')
    expect(cancel).toHaveBeenCalledOnce()
  })

  it('fires no error event if it was caused by close()', async () => {
    const fired = vi.fn()
    let close = (): void => undefined
    await new Promise<void>((canceled) => {
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
        {
          pull() {
            close()
          },
          cancel() {
            canceled()
          },
        },
        { highWaterMark: 0 },
      )
      const opened = open(STUB_URL, { fetch: () => Promise.resolve(response(body, { status: 500 })) })
      opened.onerror = fired
      close = () => {
        opened.close()
      }
    })
    expect(fired).not.toHaveBeenCalled()
  })
})

describe('error event', () => {
  it('has body and headers of a refused response', async () => {
    const unauthorized = response('{"error":"no"}', { status: 401, headers: { 'X-Reason': 'expired' } })
    const { error } = await nextError(open(STUB_URL, { fetch: () => Promise.resolve(unauthorized) }))
    expect(error.body).toBe('{"error":"no"}')
    expect(error.headers?.get('x-reason')).toBe('expired')
  })

  it('has the body of a response of another Content-Type', async () => {
    const page = response('<h1>Log in</h1>', { headers: { 'Content-Type': 'text/html' } })
    const { error } = await nextError(open(STUB_URL, { fetch: () => Promise.resolve(page) }))
    expect(error).toMatchObject({ reason: 'content-type', status: 200, body: '<h1>Log in</h1>' })
  })
})

function lockedStream(): ReadableStream {
  const stream = new ReadableStream()
  stream.getReader()
  return stream
}

describe('acquireReader', () => {
  /** A stream whose cancel() rejects. */
  function stubborn(): ReadableStream {
    return new ReadableStream({ cancel: () => Promise.reject(new Error('no')) })
  }

  it('locks the stream', () => {
    const { stream } = source()
    const reader = acquireReader(stream, new AbortController().signal)
    expect(stream.locked).toBe(true)
    expect(reader).toBeInstanceOf(ReadableStreamDefaultReader)
  })

  it('cancels the stream only when the signal is aborted', async () => {
    const { stream, canceled } = source('one')
    const request = new AbortController()
    const reader = acquireReader(stream, request.signal)
    expect(await reader.read()).toEqual({ done: false, value: bytes('one') })
    expect(canceled).not.toHaveBeenCalled()
    const pending = reader.read()
    request.abort()
    expect(canceled).toHaveBeenCalledOnce()
    expect(await pending).toEqual({ done: true, value: undefined })
  })

  it('cancels the stream at once if the signal is already aborted', async () => {
    const { stream, canceled } = source('one')
    const reader = acquireReader(stream, AbortSignal.abort())
    expect(canceled).toHaveBeenCalledOnce()
    expect(await reader.read()).toEqual({ done: true, value: undefined })
  })

  it('ignores errors of the cancellation', async () => {
    const unhandled = unhandledRejections()
    const request = new AbortController()
    acquireReader(stubborn(), request.signal)
    request.abort()
    acquireReader(stubborn(), AbortSignal.abort())
    const throws = (): never => {
      throw new Error('no')
    }
    acquireReader({ getReader: () => ({ cancel: throws }) } as unknown as ReadableStream, AbortSignal.abort())
    await settled()
    expect(unhandled).toEqual([])
  })

  it('does not affect a stream that has closed or errored', async () => {
    const unhandled = unhandledRejections()
    for (const end of [(given: Source) => given.end(), (given: Source) => given.fail(new Error('no'))]) {
      const given = source()
      const request = new AbortController()
      const reader = acquireReader(given.stream, request.signal)
      end(given)
      await reader.read().catch(() => undefined)
      request.abort()
      await settled()
      expect(given.canceled).not.toHaveBeenCalled()
    }
    expect(unhandled).toEqual([])
  })
})

const STREAM = 'text/event-stream'

describe('mimeEssence', () => {
  it.each([
    ['text/event-stream', STREAM],
    ['TEXT/Event-Stream; charset=x', STREAM],
    ['text/event-stream;', STREAM],
    ['text/event-stream;x', STREAM],
    ['text/event-stream ;charset=utf-8', STREAM],
    ['text/event-stream\t; charset="windows-1252"', STREAM],
    ['  text/event-stream  ', STREAM],
    ['\r\ntext/event-stream\r\n', STREAM],
    ['text/event-stream;charset=";,"', STREAM],
    ['text/event-streamfoo', 'text/event-streamfoo'],
    ['text/plain', 'text/plain'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ["a!#$%&'*+-.^_`|~9/b", "a!#$%&'*+-.^_`|~9/b"],
    ['*/x', '*/x'],
  ])('of %j is %j', (contentType, essence) => {
    expect(mimeEssence(contentType)).toBe(essence)
  })

  it.each([
    '',
    ' ',
    ';',
    ',',
    'text',
    'text/',
    '/event-stream',
    'text/event-stream x',
    'text /event-stream',
    'text/ event-stream',
    'text/event stream',
    'text/event-stream\u00a0',
    'text/event-streäm',
    '"text/event-stream"',
    'text/event-stream"x"',
    '\u000btext/event-stream',
    '*/*',
    '*/*; charset=utf-8',
  ])('of %j is undefined', (contentType) => {
    expect(mimeEssence(contentType)).toBeUndefined()
  })
})

describe('mimeEssence of several values', () => {
  it.each([
    ['uses the last one', 'text/plain, text/event-stream', STREAM],
    ['uses the last one even if an event stream precedes it', 'text/event-stream, text/plain', 'text/plain'],
    ['skips an invalid one', 'text/event-stream, nonsense', STREAM],
    ['skips */*', 'text/event-stream, */*', STREAM],
    ['skips empty ones', ',, text/event-stream ,,', STREAM],
    ['does not split at a quoted comma', 'text/event-stream;x="a, text/plain"', STREAM],
    ['handles an escaped quote', String.raw`text/event-stream;x="\", text/plain"`, STREAM],
    ['handles an escaped backslash', String.raw`text/event-stream;x="\\", text/plain`, 'text/plain'],
    ['ends unclosed quotes at the end of the value', 'text/event-stream;x="a, text/plain', STREAM],
    ['ignores a backslash at the end', 'text/plain, text/event-stream;x="\\', STREAM],
    ['supports quotes within a value', 'text/event-stream;x=a"b, text/plain"c', STREAM],
  ])('%s', (_, contentType, essence) => {
    expect(mimeEssence(contentType)).toBe(essence)
  })
})

describe('mimeEssence takes linear time for 1 MB', () => {
  const MB = 1_000_000
  it.each([
    ['of letters', 'a'.repeat(MB), undefined],
    ['with a long type', `${'a'.repeat(MB)}/x`, `${'a'.repeat(MB)}/x`],
    ['with a long invalid subtype', `text/${'a'.repeat(MB)}"`, undefined],
    ['of slashes', '/'.repeat(MB), undefined],
    ['of spaces', ' '.repeat(MB), undefined],
    ['of spaces between essence and garbage', `text/event-stream${' '.repeat(MB)}x`, undefined],
    ['of semicolons', `text/event-stream${';'.repeat(MB)}`, STREAM],
    ['of commas', `text/event-stream${','.repeat(MB)}`, STREAM],
    ['of quotes', `text/event-stream;${'"'.repeat(MB)}`, STREAM],
    ['of one quote and letters', `text/event-stream;x="${'a'.repeat(MB)}`, STREAM],
    ['of backslashes in quotes', `text/event-stream;x="${'\\'.repeat(MB)}`, STREAM],
  ])('%s', (_, contentType, essence) => {
    const start = process.cpuUsage()
    expect(mimeEssence(contentType) === essence).toBe(true)
    // Takes 10 ms of CPU time even on a busy machine. A backtracking parser takes minutes.
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000)
  })
})

/** 37 s before the example date in RFC 9110. */
const NOW = Date.UTC(1994, 10, 6, 8, 49, 0)

describe('Retry-After in seconds', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    ['120', 120_000],
    ['007', 7_000],
    [' 5 ', 5_000],
    ['99999999999999999999', 1e23],
    ['9'.repeat(400), Infinity],
  ])('%.30j is %d ms', (value, ms) => {
    expect(parseRetryAfter(value, NOW)).toBe(ms)
  })
})

describe('Retry-After as a date', () => {
  it.each([
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT'],
    ['in asctime format, whose zone is GMT', 'Sun Nov  6 08:49:37 1994'],
    ['with surrounding spaces', ' Sun, 06 Nov 1994 08:49:37 GMT '],
  ])('is the time until then: %s', (_, value) => {
    expect(parseRetryAfter(value, NOW)).toBe(37_000)
  })

  it.each([
    'Sun, 06 Nov 1994 08:48:59 GMT',
    'Sunday, 06-Nov-94 08:00:00 GMT',
    'Sun Nov  6 08:48:59 1994',
    'Thu, 01 Jan 1970 00:00:00 GMT',
  ])('is 0 if the date has passed: %s', (value) => {
    expect(parseRetryAfter(value, NOW)).toBe(0)
  })

  it('is 0 if the date is now', () => {
    expect(parseRetryAfter('Sun, 06 Nov 1994 08:49:00 GMT', NOW)).toBe(0)
  })

  it('may be decades ahead', () => {
    expect(parseRetryAfter('Tue, 06 Nov 2094 08:49:00 GMT', NOW)).toBe(36_525 * 86_400_000)
  })
})

describe('invalid Retry-After is undefined', () => {
  it.each([
    '',
    ' ',
    '-5',
    '+5',
    '1.5',
    '1e3',
    '0x10',
    '5s',
    '5, 5',
    'soon',
    'Soon',
    'NaN',
    'Infinity',
    '1994-11-06T08:49:37Z',
    '06 Nov 1994 08:49:37 GMT',
    'Sun, 99 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 28:49:37 GMT',
    // Parsed as a date by a lenient Date.parse.
    'Retry in 5',
    'Please wait 10',
    'Seconds 120',
    'Never before 2099',
  ])('%j', (value) => {
    expect(parseRetryAfter(value, NOW)).toBeUndefined()
  })
})
