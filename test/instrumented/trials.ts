/** Facts that must hold beside any tool that patches or wraps `fetch`, tried with an `EventSource` and with a loop. */

import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import {
  ConnectionError,
  streamEvents,
  type EventSource,
  type EventSourceInit,
  type FetchLike,
} from '../../dist/index.js'
import type { Trial } from '../consumers/clients/client.ts'
import { numbered, serve } from '../consumers/clients/server.ts'
import { CloneCounter, collectUntil, large, memory, messagesOf, STREAM_HEADERS } from './support.ts'

/** Returns options that hand over the tool, if it does not patch the global `fetch`. */
type MakeOptions = () => EventSourceInit | Promise<EventSourceInit>

/** With the types of the build, like the options. */
type EventSourceClass = typeof EventSource

const MEBIBYTE = 2 ** 20
const STREAM_SIZE = 64 * MEBIBYTE
/** Without a tool, the process grows by a tenth of it. One copy of the stream is four times as much. */
const GROWTH = STREAM_SIZE / 4

/** The facts that hold with every tool, in the order of docs/works-with.md. */
const COMMON = {
  'messages arrive one by one': arriveOneByOne,
  'a dropped connection resumes': resume,
  'closing frees the server': free,
  'a stream is neither cloned nor kept': keepNothing,
  'a closed response is released': release,
  'errors are of the class `ConnectionError`': throwOurErrors,
}
export type CommonName = keyof typeof COMMON
export const COMMON_NAMES = Object.keys(COMMON) as CommonName[]

/** The common trials, except those with a name in `without`. */
export function commonTrials(options: MakeOptions = () => ({}), without: CommonName[] = []): Trial[] {
  return COMMON_NAMES.filter((name) => !without.includes(name)).map((name) => ({
    name,
    run: async (EventSource) => COMMON[name](EventSource as unknown as EventSourceClass, await options()),
  }))
}

/** Reads four messages from a server that sends two per connection. */
export async function dropOnce(
  { origin, drop }: { origin: string; drop(): void },
  options: EventSourceInit = {},
): Promise<string[]> {
  const ids: string[] = []
  for await (const { lastEventId } of streamEvents(origin, { ...options, reconnect: true })) {
    ids.push(lastEventId)
    if (lastEventId === '2') drop()
    if (lastEventId === '4') break
  }
  return ids
}

/** The server sends a message only once the client has received the one before it. */
async function arriveOneByOne(EventSource: EventSourceClass, options: EventSourceInit): Promise<void> {
  await using server = await serve((_, response) => {
    response.writeHead(200, STREAM_HEADERS)
    response.write('data: 1\n\n')
  })
  const receive = async (messages: AsyncIterable<{ data: string }>): Promise<void> => {
    for await (const { data } of messages) {
      if (data === '4') break
      for (const response of server.open) response.write(`data: ${Number(data) + 1}\n\n`)
    }
  }
  await receive(streamEvents(server.origin, options))
  await server.until(({ open }) => open.size === 0, 'the loop has closed its stream')
  const source = new EventSource(server.origin, options)
  await receive(messagesOf(source))
  source.close()
}

async function resume(EventSource: EventSourceClass, options: EventSourceInit): Promise<void> {
  await using server = await serve(numbered(2))
  assert.deepEqual(await dropOnce(server, options), ['1', '2', '3', '4'])
  await server.until(({ open }) => open.size === 0, 'the loop has closed its stream')
  const source = new EventSource(server.origin, options)
  const ids: string[] = []
  for await (const { lastEventId } of messagesOf(source)) {
    ids.push(lastEventId)
    if (lastEventId === '2') server.drop()
    if (lastEventId === '4') break
  }
  source.close()
  assert.deepEqual(ids, ['1', '2', '3', '4'])
  assert.deepEqual(
    server.requests.map(({ headers }) => headers['last-event-id']),
    [undefined, '2', undefined, '2'],
  )
}

async function free(EventSource: EventSourceClass, options: EventSourceInit): Promise<void> {
  await using server = await serve(numbered())
  const isClosedBy = (what: string): Promise<void> =>
    server.until(({ open }) => open.size === 0, `${what} closes the stream`)
  const source = new EventSource(server.origin, options)
  for await (const { lastEventId } of messagesOf(source)) if (lastEventId === '3') break
  source.close()
  await isClosedBy('close()')

  for await (const { lastEventId } of streamEvents(server.origin, options)) if (lastEventId === '3') break
  await isClosedBy('break')

  const controller = new AbortController()
  const reason = new Error('stop')
  const abort = async (): Promise<void> => {
    for await (const { lastEventId } of streamEvents(server.origin, { ...options, signal: controller.signal }))
      if (lastEventId === '3') controller.abort(reason)
  }
  await assert.rejects(abort, (error) => error === reason)
  await isClosedBy('abort()')
  assert.equal(server.requests.length, 3)
  await freePending(EventSource, options)
}

/** The server has not answered yet. */
async function freePending(EventSource: EventSourceClass, options: EventSourceInit): Promise<void> {
  const events = new EventEmitter()
  await using server = await serve((_, response) => {
    response.once('close', () => events.emit('closed'))
    events.emit('requested')
  })
  const requested = once(events, 'requested')
  const source = new EventSource(server.origin, options)
  await requested
  const closed = once(events, 'closed')
  source.close()
  await closed
}

/** With the streams still open, because a tool may hold its copy as long as that. */
async function keepNothing(EventSource: EventSourceClass, options: EventSourceInit): Promise<void> {
  await using server = await serve(large(STREAM_SIZE))
  globalThis.gc?.()
  const before = memory()
  const measure = (): Promise<void> =>
    collectUntil(
      () => memory() - before < GROWTH,
      () => `the process has grown by ${Math.round((memory() - before) / MEBIBYTE)} MiB`,
    )
  const counts = { loop: 0, source: 0 }
  using clones = new CloneCounter()
  for await (const { type } of streamEvents(server.origin, options)) {
    if (type === 'last') {
      await measure()
      break
    }
    counts.loop++
  }
  const source = new EventSource(server.origin, options)
  source.onmessage = () => void counts.source++
  await once(source, 'last')
  await measure()
  source.close()
  assert.equal(clones.count, 0, 'a stream was cloned')
  assert.ok(counts.loop > 50_000)
  assert.equal(counts.source, counts.loop)
}

/** The response and the signal of its request are garbage once the connection is closed. */
async function release(EventSource: EventSourceClass, options: EventSourceInit): Promise<void> {
  await using server = await serve(numbered())
  const references: WeakRef<object>[] = []
  const { fetch: given, ...others } = options
  const fetch: FetchLike = async (...args) => {
    const response = await (given ?? globalThis.fetch)(...args)
    references.push(new WeakRef(response), new WeakRef(args[1].signal))
    return response
  }
  await openAndClose(new EventSource(server.origin, { ...others, fetch }))
  for await (const _ of streamEvents(server.origin, { ...others, fetch })) break
  assert.equal(references.length, 4)
  await collectUntil(
    () => references.every((reference) => reference.deref() === undefined),
    () => `still there: ${references.map((reference) => String(reference.deref())).join(', ')}`,
  )
}

/** A separate function, so that no variable holds the source. */
async function openAndClose(source: EventSource): Promise<void> {
  await once(source, 'message')
  source.close()
}

async function throwOurErrors(EventSource: EventSourceClass, options: EventSourceInit): Promise<void> {
  for (const status of [401, 500]) {
    await using server = await serve((_, response) => response.writeHead(status).end('no'))
    const isOurs = (error: unknown): boolean =>
      error instanceof ConnectionError && error.reason === 'status' && error.status === status && error.body === 'no'
    const source = new EventSource(server.origin, options)
    const [{ error }] = (await once(source, 'error')) as [{ error?: unknown }]
    assert.ok(isOurs(error), String(error))
    assert.equal(source.readyState, EventSource.CLOSED)
    await assert.rejects(async () => {
      for await (const _ of streamEvents(server.origin, options)) break
    }, isOurs)
    assert.equal(server.requests.length, 2)
  }
  const server = await serve(numbered())
  await server[Symbol.asyncDispose]()
  await assert.rejects(
    async () => {
      for await (const _ of streamEvents(server.origin, options)) break
    },
    (error) => error instanceof ConnectionError && error.reason === 'network' && error.code === 'ECONNREFUSED',
  )
}
