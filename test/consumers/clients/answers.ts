/**
 * Trials for the SDKs of AI APIs. `.asResponse()` hands over the response that `streamEvents` reads: the SDK makes the request, with
 * its key and its retries, and everysource reads the body. The server is ours.
 */

import assert from 'node:assert/strict'
import { ConnectionError, streamEvents, type StreamEvent } from '../../../dist/index.js'
import type { Trial } from './client.ts'
import { serve, type Handler, type StreamServer } from './server.ts'

export interface SDK {
  /** A whole answer, as the API sends it. */
  answer: string
  /** How the SDK's own stream takes an answer that ends in the middle of an event. */
  ownCut: 'ends' | 'throws'
  /** How a request starts, without its response. */
  request(
    origin: string,
    signal?: AbortSignal,
  ): { asResponse(): Promise<Response> } & PromiseLike<AsyncIterable<unknown>>
}

/** Answers with these events. The response stays open, as if more were to come, unless `end` is set. */
export function sending(events: string, { end = false } = {}): Handler {
  return (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write(events)
    if (end) response.end()
  }
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** The first half of an answer, up to the end of an event. */
function half(answer: string): string {
  return answer.slice(0, answer.indexOf('\n\n', answer.length / 2) + 2)
}

export function sdkTrials({ answer, ownCut, request }: SDK): Trial[] {
  const read = async ({ origin }: StreamServer, signal?: AbortSignal) =>
    streamEvents(await request(origin, signal).asResponse())

  return [
    {
      name: "the chunks equal those of the SDK's own stream",
      async run() {
        await using server = await serve(sending(answer, { end: true }))
        const own = await all(await request(server.origin))
        const ours = await all(await read(server))
        assert(own.length > 0)
        assert.deepEqual(
          ours.filter(isChunk).map(({ data }) => JSON.parse(data) as unknown),
          own,
        )
        assert.equal(server.requests.length, 2)
      },
    },
    {
      name: 'closing frees the server',
      async run() {
        await using server = await serve(sending(half(answer)))
        for await (const _ of await read(server)) break
        await server.untilFreed()
      },
    },
    {
      name: "the SDK's `signal` closes the connection",
      async run() {
        await using server = await serve(sending(half(answer)))
        const controller = new AbortController()
        await assert.rejects(
          async () => {
            for await (const _ of await read(server, controller.signal)) controller.abort()
          },
          { name: 'AbortError' },
        )
        await server.untilFreed()
      },
    },
    {
      name: 'an answer that breaks off is an error',
      async run() {
        await using server = await serve(sending(half(answer)))
        const seen: StreamEvent[] = []
        await assert.rejects(async () => {
          for await (const event of await read(server)) {
            seen.push(event)
            server.drop()
          }
        }, isLost)
        assert(seen.length > 0)
      },
    },
    {
      name: '`endedMidEvent` reveals an answer that a proxy has cut',
      async run() {
        await using server = await serve(sending(answer.slice(0, answer.length / 2), { end: true }))
        const events = await read(server)
        assert((await all(events)).length > 0)
        assert.equal(events.endedMidEvent, true)
        const own = all(await request(server.origin))
        await (ownCut === 'ends' ? own : assert.rejects(own, /malformed/))
      },
    },
    {
      name: '`idleTimeout` ends an answer that stalls',
      async run() {
        await using server = await serve(sending(half(answer)))
        const response = await request(server.origin).asResponse()
        await assert.rejects(all(streamEvents(response, { idleTimeout: 100 })), { reason: 'timeout' })
        await server.untilFreed()
      },
    },
    {
      name: "a busy server is asked again by the SDK's own retries",
      async run() {
        await using server = await serve((incoming, response, server) => {
          if (server.requests.length > 1) return sending(answer, { end: true })(incoming, response, server)
          return response.writeHead(503, { 'Retry-After-Ms': '1' }).end()
        })
        assert((await all(await read(server))).length > 0)
        assert.equal(server.requests.length, 2)
      },
    },
  ]
}

/** The SDKs keep the end marker and keep-alives to themselves. */
function isChunk({ type, data }: StreamEvent): boolean {
  return data !== '[DONE]' && type !== 'ping'
}

function isLost(error: unknown): boolean {
  assert(error instanceof ConnectionError)
  assert.equal(error.reason, 'network')
  assert.match(error.message, /was interrupted/)
  return true
}
