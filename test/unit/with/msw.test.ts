/** Mock Service Worker, as used in tests of users. */

import { setupServer } from 'msw/node'
import { http, HttpResponse } from 'msw'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { EventSource } from '../../../src/index.ts'
import { openResponse, nextError, nextMessage, nextOpen, open } from '../support/sources.ts'
// msw/sse looks up the global EventSource on use.
import '../../../src/polyfill/force.ts'
import { sse } from 'msw/sse'

const URL_OF_MOCK = 'http://mock.test/stream'
const server = setupServer()

beforeAll(() => {
  server.listen({ onUnhandledFrame: 'error' })
})
afterEach(() => {
  server.resetHandlers()
})
afterAll(() => {
  server.close()
})

describe('msw sse', () => {
  it('finds our class as the global one', () => {
    expect(Object.getOwnPropertyDescriptor(globalThis, 'EventSource')).toEqual({
      value: EventSource,
      writable: true,
      enumerable: false,
      configurable: true,
    })
  })

  it('delivers messages to a source', async () => {
    server.use(
      sse<{ message: string; news: { a: number } }>(URL_OF_MOCK, ({ client }) => {
        client.send({ data: 'hello', id: '1' })
        queueMicrotask(() => {
          client.send({ event: 'news', data: { a: 1 }, id: '2' })
        })
      }),
    )
    const source = open(URL_OF_MOCK)
    const news = nextMessage(source, 'news')
    expect(await nextMessage(source)).toMatchObject({ data: 'hello', lastEventId: '1', origin: 'http://mock.test' })
    expect(await news).toMatchObject({ data: '{"a":1}', lastEventId: '2' })
    expect(source.readyState).toBe(EventSource.OPEN)
  })

  it('loses the connection when the mock closes it, and receives the ID on the next request', async () => {
    const ids: (string | null)[] = []
    server.use(
      sse(URL_OF_MOCK, ({ client, request }) => {
        ids.push(request.headers.get('last-event-id'))
        client.send({ retry: 1 })
        client.send({ data: 'x', id: '7' })
        if (ids.length === 1) client.close()
      }),
    )
    const source = open(URL_OF_MOCK)
    const lost = nextError(source)
    await nextMessage(source)
    expect((await lost).error.reason).toBe('ended')
    await nextMessage(source)
    expect(ids).toEqual([null, '7'])
  })

  it('loses the connection when the mock errors it', async () => {
    server.use(
      sse(URL_OF_MOCK, ({ client }) => {
        client.error()
      }),
    )
    const source = open(URL_OF_MOCK)
    const { error } = await nextError(source)
    expect(error.reason).toBe('network')
    expect(source.readyState).toBe(EventSource.CONNECTING)
  })
})

describe('msw http', () => {
  it('opens a source with a mocked response', async () => {
    // msw delays a response until its first chunk.
    server.use(http.get(URL_OF_MOCK, () => openResponse(': a comment\n')))
    const source = open(URL_OF_MOCK)
    await nextOpen(source)
    expect(source.readyState).toBe(EventSource.OPEN)
  })

  it('fails a source with a mocked error status', async () => {
    server.use(http.get(URL_OF_MOCK, () => new HttpResponse(null, { status: 503 })))
    const source = open(URL_OF_MOCK)
    const { error } = await nextError(source)
    expect(error).toMatchObject({ reason: 'status', status: 503 })
    expect(source.readyState).toBe(EventSource.CLOSED)
  })

  it('makes a source reconnect after a mocked network error', async () => {
    server.use(http.get(URL_OF_MOCK, () => HttpResponse.error()))
    const source = open(URL_OF_MOCK)
    const { error } = await nextError(source)
    expect(error.reason).toBe('network')
    expect(source.readyState).toBe(EventSource.CONNECTING)
  })
})
