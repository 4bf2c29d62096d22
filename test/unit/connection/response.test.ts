/** Which responses are refused. */

import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { FetchLikeResponse } from '../../../src/connection/request.ts'
import { refuse } from '../../../src/connection/response.ts'
import { type ErrorEvent, EventSource } from '../../../src/index.ts'
import { NOWHERE, nextError, nextMessage, nextOpen, open, response } from '../support/sources.ts'

/** What a source says of a response, whatever it is. */
async function errorFor(answer: unknown): Promise<{ event: ErrorEvent; readyState: number }> {
  const source = open(NOWHERE, { fetch: () => Promise.resolve(answer as FetchLikeResponse) })
  const event = await nextError(source)
  return { event, readyState: source.readyState }
}

const headers = { 'Content-Type': 'text/event-stream' }
const AT = 'The event stream at http://nowhere.test/stream'

describe('a response with another status than 200 fails the connection', () => {
  it.each([201, 202, 203, 205, 206, 300, 304, 400, 401, 403, 404, 410, 429, 500, 503])('%d', async (status) => {
    const body = [205, 304].includes(status) ? null : ''
    const { event, readyState } = await errorFor(
      response(body, { status, headers: { ...headers, 'Retry-After': '5' } }),
    )
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error).toMatchObject({ reason: 'status', status, retryAfter: 5_000 })
    expect(event.message).toBe(`${AT} was refused: the server answered status ${status} instead of 200`)
  })

  it('204, which says that it is over', async () => {
    const { event, readyState } = await errorFor(response(null, { status: 204 }))
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error).toMatchObject({ reason: 'status', status: 204 })
    expect(event.message).toBe(`${AT} was refused: the server answered 204, which says that it is over`)
  })
})

describe('what works as no Response is an error event, not an unhandled rejection', () => {
  const typed = new Headers(headers)
  const body = new ReadableStream()
  it.each([
    ['headers.get gives undefined, as that of a Map does', { status: 200, headers: new Map(), body }],
    ['headers.get gives a list', { status: 200, headers: { get: () => ['text/event-stream'] }, body }],
    ['getReader throws', { status: 200, headers: typed, body: { getReader: thrower, cancel: thrower } }],
    [
      'cancel of a refused body returns nothing',
      { status: 500, headers: typed, body: { getReader: thrower, cancel: () => 0 } },
    ],
    ['cancel of a refused body throws', { status: 500, headers: typed, body: { getReader: thrower, cancel: thrower } }],
  ])('%s', async (_, answer) => {
    const { readyState } = await errorFor(answer)
    expect(readyState).toBe(EventSource.CLOSED)
  })

  function thrower(): never {
    throw new Error('no')
  }
})

describe('a response of another type fails the connection', () => {
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
    expect(event.message).toBe(`${AT} was refused: the server sent ${shown} instead of text/event-stream`)
  })

  it('none at all', async () => {
    const { event } = await errorFor(new Response(new Uint8Array([1])))
    expect(event.error.reason).toBe('content-type')
    expect(event.message).toBe(`${AT} was refused: the server sent no Content-Type instead of text/event-stream`)
  })
})

describe('a fetch that does not return a Response', () => {
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
  ])('fails the connection and is named as the cause: %j', async (answer) => {
    const { event, readyState } = await errorFor(answer)
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error.reason).toBe('unsupported')
    expect(event.message).toBe(`${AT} cannot be read: the option "fetch" returned no Response`)
  })
})

describe('a body that is no web stream', () => {
  it.each([
    ['a stream of Node', Readable.from(['data: 1\n\n'])],
    ['missing, as in React Native', undefined],
    ['a text', 'data: 1\n\n'],
    ['bytes', new Uint8Array(3)],
  ])('fails the connection: %s', async (_, body) => {
    const { event, readyState } = await errorFor({ status: 200, headers: new Headers(headers), body })
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error.reason).toBe('unsupported')
    expect(event.message).toContain('no ReadableStream. Pass a fetch that streams')
  })
})

describe('a body that cannot be read', () => {
  it('fails the connection when somebody else reads it', async () => {
    const answer = response('data: 1\n\n')
    answer.body?.getReader()
    const { event, readyState } = await errorFor(answer)
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error.reason).toBe('unsupported')
    expect(event.message).toBe(`${AT} cannot be read: the body of the Response is being read elsewhere`)
  })

  it('cannot be taken away by a listener of open', async () => {
    const source = open(NOWHERE, {
      fetch: async () => {
        // So that the listener runs as soon as there is a response.
        await new Promise((resolve) => setImmediate(resolve))
        return response('data: 1\n\n')
      },
    })
    let text: Promise<string> | undefined
    source.onopen = ({ response }) => {
      text = response.text()
    }
    const message = nextMessage(source)
    await nextOpen(source)
    await expect(text).rejects.toThrow(TypeError)
    expect((await message).data).toBe('1')
  })

  it.each([
    ['texts', 'data: 1\n\n'],
    ['objects', { data: 1 }],
    ['nothing', undefined],
    ['numbers', 7],
  ])('fails the connection when its chunks are %s', async (_, chunk) => {
    let cancelled = false
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(chunk)
      },
      cancel() {
        cancelled = true
      },
    })
    const { event, readyState } = await errorFor({ status: 200, headers: new Headers(headers), body })
    expect(readyState).toBe(EventSource.CLOSED)
    expect(event.error.reason).toBe('unsupported')
    expect(event.message).toBe(`${AT} cannot be read: its body is no stream of bytes`)
    expect(cancelled).toBe(true)
  })
})

describe('a good response', () => {
  it.each([
    ['with a stream', response('data: 1\n\n')],
    ['without a body', response(null)],
    ['with the headers of another realm', { status: 200, headers: { get: () => 'text/event-stream' }, body: null }],
  ])('is not refused: %s', (_, answer) => {
    expect(refuse(answer)).toBeUndefined()
  })

  it('without a body is one that ends at once: the connection is lost', async () => {
    const { event, readyState } = await errorFor(response(null))
    expect(readyState).toBe(EventSource.CONNECTING)
    expect(event.error.reason).toBe('ended')
    expect(event.message).toBe(`${AT} has ended`)
  })

  it('may bring its bytes in any view of a buffer', async () => {
    const bytes = new TextEncoder().encode('data: 1\n\n')
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new DataView(bytes.buffer, 0, 4))
        controller.enqueue(Buffer.from(bytes.subarray(4)))
      },
    })
    const source = open(NOWHERE, { fetch: () => Promise.resolve(response(body)) })
    expect((await nextMessage(source)).data).toBe('1')
  })
})

describe('a body that breaks off', () => {
  it('loses the connection and tells the cause', async () => {
    const cause = new Error('reset')
    const body = new ReadableStream({
      start(controller) {
        controller.error(cause)
      },
    })
    const { event, readyState } = await errorFor(response(body))
    expect(readyState).toBe(EventSource.CONNECTING)
    expect(event.error).toMatchObject({ reason: 'network', cause })
    expect(event.message).toBe(`${AT} broke off`)
  })
})

describe('a refused response', () => {
  it('has the request aborted', async () => {
    let signal: AbortSignal | undefined
    const source = open(NOWHERE, {
      fetch: (_, init) => {
        signal = init.signal
        return Promise.resolve(response('', { status: 500 }))
      },
    })
    await nextError(source)
    expect(signal?.aborted).toBe(true)
  })
})
