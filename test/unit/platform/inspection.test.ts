/** Output of `console.log` for sources, streams and events. */

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { connectionErrorOf } from '../../../src/connection/connection-error.ts'
import { ErrorEvent, Message, OpenEventClass } from '../../../src/event-source/events.ts'
import { EventSource, streamEvents } from '../../../src/index.ts'

const STREAM = 'retry: 7\nid: 3\ndata: hello\n\n'

/** Responds with that stream and stays open. */
function fakeFetch(): Promise<Response> {
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(STREAM))
    },
  })
  return Promise.resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }))
}

describe('inspection', () => {
  it('shows a source with its state', async () => {
    const source = new EventSource('http://user:secret@a.test/path?token=secret', { fetch: fakeFetch })
    expect(inspect(source)).toBe(
      "EventSource [CONNECTING] { url: 'http://a.test/path', lastEventId: '', reconnectionTime: 3000 }",
    )
    await new Promise((resolve) => {
      source.onmessage = resolve
    })
    expect(inspect(source)).toBe(
      "EventSource [OPEN] { url: 'http://a.test/path', lastEventId: '3', reconnectionTime: 7 }",
    )
    source.close()
    expect(inspect(source)).toContain('EventSource [CLOSED] {')
  })

  it('shows a stream with its phase', async () => {
    const stream = streamEvents('http://user:secret@a.test/path?token=secret', { fetch: fakeFetch })
    expect(inspect(stream)).toContain('EventStream [connecting] {')
    const { value } = await stream[Symbol.asyncIterator]().next()
    expect(value?.data).toBe('hello')
    expect(inspect(stream)).toBe(
      "EventStream [open] { url: 'http://a.test/path', lastEventId: '3', reconnectionTime: 7 }",
    )
    stream.close()
    expect(inspect(stream)).toContain('EventStream [closed] {')
  })

  it('is abbreviated in deeply nested objects', () => {
    const source = new EventSource('http://a.test/', { fetch: fakeFetch })
    expect(inspect({ a: { b: { c: { source } } } }, { breakLength: Infinity })).toBe('{ a: { b: { c: [Object] } } }')
    expect(inspect({ a: { b: { source } } }, { breakLength: Infinity })).toBe(
      '{ a: { b: { source: [EventSource [CONNECTING]] } } }',
    )
    source.close()
  })

  it('names a subclass, and handles objects that only inherit from a source', () => {
    class News extends EventSource {}
    const source = new News('http://a.test/', { fetch: fakeFetch })
    expect(inspect(source)).toContain('News [CONNECTING] {')
    source.close()
    expect(inspect(Object.create(source))).toBe('News {}')
    expect(inspect(EventSource.prototype)).toContain('readyState: [Getter]')
  })

  it('shows the content of a message', () => {
    expect(inspect(new Message('news', { data: 'hello', origin: 'http://a.test', lastEventId: '3' }))).toBe(
      "MessageEvent {\n  type: 'news',\n  data: 'hello',\n  lastEventId: '3',\n  origin: 'http://a.test'\n}",
    )
  })

  it('shows the reason and the next attempt of an error without secrets', () => {
    const request = { url: new URL('http://user:secret@a.test/?token=secret'), attempt: 2, secrets: [] }
    const error = connectionErrorOf(request, { reason: 'status', message: 'was refused', status: 503 })
    const shown = inspect(new ErrorEvent('error', error, 5000))
    expect(shown).toMatch(/^ErrorEvent \{\n {2}type: 'error',\n {2}error: ConnectionError: The event stream at/)
    expect(shown).toContain("reason: 'status'")
    expect(shown).toMatch(/willReconnect: true,\n {2}delay: 5000\n\}$/)
    expect(shown).not.toContain('secret')
  })

  it('hides the response of an open event, whose URL may contain secrets', () => {
    const response = new Response(null)
    Object.defineProperty(response, 'url', { value: 'http://a.test/?token=secret' })
    expect(inspect(new OpenEventClass('open', response))).toBe("OpenEvent { type: 'open' }")
  })
})
