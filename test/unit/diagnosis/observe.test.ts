/** Observations of a real server, which must not affect its reader. */

import { describe, expect, it, onTestFinished } from 'vitest'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import type { Observation } from '../../../src/diagnosis/observation.ts'
import { observe } from '../../../src/diagnosis/observe.ts'
import { ConnectionError, EventSource, streamEvents } from '../../../src/index.ts'
import { startStream, disconnected, serve } from '../support/server.ts'
import { closingResponse, STUB_URL, nextError, nextOpen, open, until } from '../support/sources.ts'

describe('observer', () => {
  it('passes the stream through unchanged and counts it', async () => {
    const url = await serve((_, response) => {
      startStream(response, ': c\n\nid: 1\nevent: tick\ndata: a\ndata: b\n\ndata: é\n\n')
      response.end('data: cut off')
    })
    const observer = observe()
    const events: unknown[] = []
    for await (const { type, data } of streamEvents(url, { fetch: observer.fetch })) events.push([type, data])
    expect(events).toEqual([
      ['tick', 'a\nb'],
      ['message', 'é'],
    ])
    const [observation] = observer.observations
    expect(observation).toMatchObject({
      url: `${url}/`,
      method: 'GET',
      lastEventId: undefined,
      head: { status: 200, redirected: false, headers: { 'content-type': 'text/event-stream' } },
      end: { how: 'ended' },
      text: { events: 2, eventsWithId: 2, comments: 1, types: ['tick'], fields: { data: 4, id: 1, event: 1 } },
    })
    expect(observation?.text.bytes).toBe(63)
    expect(JSON.parse(JSON.stringify(observer.observations))).toMatchObject([{ text: { events: 2 } }])
  })

  it('reports new types in time to listen for them', async () => {
    const source: { current?: EventSource } = {}
    const received: string[] = []
    const listening = new Set<string>()
    const observer = observe({
      fetch: () =>
        Promise.resolve(
          closingResponse('event: a\ndata: 1\n\nevent: b\nda', 'ta: 2\n\n', 'data: 3\n\nevent: a\ndata: 4\n\n'),
        ),
      onType: (type) => {
        if (listening.has(type)) return
        listening.add(type)
        source.current?.addEventListener(type, ({ data }: { data: string }) => received.push(`${type} ${data}`))
      },
    })
    source.current = open(STUB_URL, { fetch: observer.fetch, reconnect: false })
    await nextError(source.current)
    expect(received).toEqual(['a 1', 'b 2', 'message 3', 'a 4'])
  })

  it('passes the response head to listeners for `open`', async () => {
    const url = await serve((_, response) => {
      startStream(response)
    })
    const { response } = await nextOpen(open(url, { fetch: observe().fetch }))
    expect([response.status, response.ok, response.url, response.headers.get('content-type')]).toEqual([
      200,
      true,
      `${url}/`,
      'text/event-stream',
    ])
  })

  it('closes the connection when its reader stops, and reports it as aborted', async () => {
    const gone: Promise<void>[] = []
    const url = await serve((request, response) => {
      gone.push(disconnected(request))
      startStream(response, 'data: a\n\n')
    })
    const observer = observe()
    for await (const _ of streamEvents(url, { fetch: observer.fetch })) break
    await Promise.all(gone)
    expect(gone).toHaveLength(1)
    expect(observer.observations[0]?.end?.how).toBe('aborted')
    expect(diagnose(observer.observations, { now: performance.now() })).toEqual([])
  })

  it('passes a failure through with its code', async () => {
    const observer = observe()
    const url = await serve((_, response) => response.destroy())
    await expect(response(url, observer.fetch)).rejects.toThrow(ConnectionError)
    expect(observer.observations[0]).toMatchObject({ end: { how: 'failed', code: 'UND_ERR_SOCKET' } })
    expect(diagnose(observer.observations, { now: performance.now() })).toMatchObject([
      { code: 'network-UND_ERR_SOCKET' },
    ])
  })

  it('passes an interrupted connection through', async () => {
    const observer = observe()
    const url = await serve((_, response) => {
      startStream(response, 'data: a\n\n')
      response.write('data: b\n\n', () => response.socket?.resetAndDestroy())
    })
    const error = await nextError(open(url, { fetch: observer.fetch, reconnect: false }))
    expect(error.error.reason).toBe('network')
    expect(observer.observations[0]?.end?.how).toBe('failed')
  })

  it('records the body of a refused response', async () => {
    const observer = observe()
    const url = await serve((_, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end('no token')
    })
    await expect(response(url, observer.fetch)).rejects.toMatchObject({ status: 401, body: 'no token' })
    expect(observer.observations[0]?.text.beginning).toBe('no token')
  })

  it('keeps the last 20 requests with the ID that each sent', async () => {
    let nth = 0
    const observer = observe({ fetch: () => Promise.resolve(closingResponse(`retry: 100\nid: ${++nth}\ndata: x\n\n`)) })
    for (let i = 0; i < 25; i++) {
      for await (const _ of streamEvents(STUB_URL, { fetch: observer.fetch, lastEventId: String(i) }));
    }
    const sent = observer.observations.map(({ lastEventId }) => lastEventId)
    expect([sent.length, sent[0], sent.at(-1)]).toEqual([20, '5', '24'])
  })

  it('notifies about the head, each chunk and the end', async () => {
    const notifications: string[] = []
    const url = await serve((_, response) => {
      startStream(response)
    })
    const source = open(url, {
      fetch: observe({
        onChange: ({ head, end, text }: Observation) =>
          notifications.push(`${head?.status ?? '-'} ${text.bytes} ${end?.how ?? '-'}`),
      }).fetch,
    })
    await nextOpen(source)
    source.close()
    await until(() => notifications.length > 2)
    expect(notifications).toEqual(['- 0 -', '200 0 -', '200 0 aborted'])
  })

  it('reads no faster than its reader and needs little memory for a large stream', async () => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536
        controller.enqueue(new TextEncoder().encode('data: x\n\n'.repeat(7_281)))
      },
    })
    const observer = observe({
      fetch: () => Promise.resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })),
    })
    const stream = streamEvents(STUB_URL, { fetch: observer.fetch })
    onTestFinished(() => {
      stream.close()
    })
    await stream[Symbol.asyncIterator]().next()
    expect(sent).toBeLessThanOrEqual(4 * 65_536)
    expect(JSON.stringify(observer.observations).length).toBeLessThan(4_000)
  })

  function response(url: string, fetch: ReturnType<typeof observe>['fetch']): Promise<Response> {
    return streamEvents(url, { fetch }).response
  }
})
