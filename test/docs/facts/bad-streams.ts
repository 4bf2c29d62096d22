/** The tables of errors of docs/reference/loops.md, row by row. */

import { readFileSync } from 'node:fs'
import { expect, vi } from 'vitest'
import { ConnectionError, EventDecoderStream, streamEvents } from '../../../src/index.ts'
import { path } from '../../conformance/bundle.ts'

const HEADERS = { 'Content-Type': 'text/event-stream' }
const MINE = new Error('from the test')

function throwMine(): never {
  throw MINE
}

function abort(): never {
  throw new DOMException('', 'AbortError')
}

function bytes(text: string): ReadableStream<Uint8Array> {
  return new Blob([text]).stream()
}

function response(text: string): Response {
  return new Response(text, { headers: HEADERS })
}

function reading<T extends { getReader(): unknown }>(stream: T): T {
  stream.getReader()
  return stream
}

/** The error, if any, and what threw it. */
interface Outcome {
  error?: unknown
  where: string
}

async function outcomeOf(begin: () => AsyncIterable<unknown>): Promise<Outcome> {
  let events
  try {
    events = begin()
  } catch (error) {
    return { error, where: 'the call' }
  }
  try {
    for await (const _ of events);
    return { where: '' }
  } catch (error) {
    return { error, where: 'the loop' }
  }
}

type Begin = () => AsyncIterable<unknown>

const LOOPS: Record<string, Begin[]> = {
  'the input is not a URL, `Request`, `Response` or stream, or is a promise': [
    () => streamEvents(1 as never),
    () => streamEvents(Promise.resolve(response('')) as never),
  ],
  'an invalid URL': [() => streamEvents('http://'), () => streamEvents('/relative')],
  'an invalid option; an option for the request with a `Response` or stream': [
    () => streamEvents('http://127.0.0.1/', { idleTimeout: -1 }),
    () => streamEvents(response(''), { method: 'POST' } as never),
    () => streamEvents(bytes(''), { reconnect: true } as never),
  ],
  'a locked stream; a `Response` whose body is locked or has been read': [
    () => streamEvents(reading(bytes(''))),
    () => {
      const locked = response('')
      reading(locked.body ?? bytes(''))
      return streamEvents(locked)
    },
    () => {
      const used = response('data: 1\n\n')
      void used.text()
      return streamEvents(used)
    },
  ],
  'a `Request` whose body has been read': [
    () => {
      const used = new Request('http://127.0.0.1/', { method: 'POST', body: 'x' })
      void used.text()
      return streamEvents(used)
    },
  ],
  'a second iterator': [
    () => {
      const events = streamEvents(bytes(''))
      events[Symbol.asyncIterator]()
      return events
    },
  ],
  'a response with another status than 200, or another Content-Type': [
    () => streamEvents(new Response('no', { status: 500, headers: HEADERS })),
    () => streamEvents(Response.json('no')),
  ],
  'a response with status 204, or without a body': [
    () => streamEvents(new Response(null, { status: 204 })),
    () => streamEvents(new Response(null, { headers: HEADERS })),
  ],
  'no response, a connection that breaks, a stream that errors': [
    () => streamEvents('http://127.0.0.1/', { fetch: () => Promise.reject(MINE) }),
    () => streamEvents(new Response(new ReadableStream({ pull: throwMine }), { headers: HEADERS })),
    () => streamEvents(new ReadableStream<Uint8Array>({ pull: throwMine })),
  ],
  '`idleTimeout` or `connectTimeout` ran out': [
    () => streamEvents(new ReadableStream<Uint8Array>(), { idleTimeout: 10 }),
    () => streamEvents('http://127.0.0.1/', { connectTimeout: 10, fetch: () => new Promise(() => undefined) }),
  ],
  'an event larger than `maxBufferSize`': [() => streamEvents(bytes('data: 12\n\n'), { maxBufferSize: 1 })],
  'a stream of anything but bytes': [
    () => streamEvents(new Blob(['data: 1\n\n']).stream().pipeThrough(new TextDecoderStream()) as never),
  ],
  'an aborted signal': [
    () => streamEvents(new ReadableStream<Uint8Array>(), { signal: AbortSignal.abort(MINE) }),
    () => {
      const controller = new AbortController()
      queueMicrotask(() => {
        controller.abort(MINE)
      })
      return streamEvents(new ReadableStream<Uint8Array>(), { signal: controller.signal })
    },
  ],
  'the document is removed, such as an iframe': [
    () => {
      let leave: (event: object) => void = () => undefined
      vi.stubGlobal('document', {})
      vi.stubGlobal('addEventListener', (type: string, listener: typeof leave) => {
        if (type === 'pagehide') leave = listener
      })
      try {
        return streamEvents(new ReadableStream<Uint8Array>())
      } finally {
        // Other tests run at the same time.
        vi.unstubAllGlobals()
        queueMicrotask(() => {
          // Scripts cannot create a trusted event.
          leave({ isTrusted: true, persisted: false })
        })
      }
    },
  ],
  'you abort the request yourself (the one behind the `Response`, or inside your custom `fetch`)': [
    () => streamEvents(new Response(new ReadableStream({ pull: abort }), { headers: HEADERS })),
    () => streamEvents('http://127.0.0.1/', { fetch: () => Promise.reject(new DOMException('', 'TimeoutError')) }),
  ],
  'an error thrown by `onComment`': [() => streamEvents(bytes(': 1\n'), { onComment: throwMine })],
}

const DECODERS: Record<string, Begin[]> = {
  'an event larger than `maxBufferSize`': [
    () => bytes('data: 12\n\n').pipeThrough(new EventDecoderStream({ maxBufferSize: 1 })),
  ],
  'a chunk that is not bytes': [
    () =>
      bytes('data: 1\n\n')
        .pipeThrough(new TextDecoderStream() as never)
        .pipeThrough(new EventDecoderStream()),
  ],
  'an error of the stream that is piped into it': [
    () => new ReadableStream<Uint8Array>({ pull: throwMine }).pipeThrough(new EventDecoderStream()),
  ],
  'an error thrown by `onComment` or by `onRetry`': [
    () => bytes(': 1\n').pipeThrough(new EventDecoderStream({ onComment: throwMine })),
    () => bytes('retry: 1\n').pipeThrough(new EventDecoderStream({ onRetry: throwMine })),
  ],
}

/** Checks each row of the nth table of errors against its cases. */
async function expectRows(nth: number, cases: Record<string, Begin[]>): Promise<void> {
  const [, ...tables] = readFileSync(path('docs/reference/loops.md'), 'utf8').split(/\n\| problem .*\n/)
  const lines = tables[nth]?.split('\n') ?? []
  const rows = lines
    .slice(
      1,
      lines.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  expect(rows.map(([what]) => what)).toEqual(Object.keys(cases))

  for (const [what = '', result = '', where = 'the loop'] of rows) {
    for (const begin of cases[what] ?? []) {
      const outcome = await outcomeOf(begin)
      expect(outcome.where, what).toBe(where)
      expectError(outcome.error, what, result)
    }
  }
}

function expectError(error: unknown, what: string, result: string): void {
  const isMine = result === 'that error' || result === 'its `reason`'
  if (isMine) expect(error, what).toBe(MINE)
  else if (error === undefined) expect(result, what).toMatch(/^none/)
  else expect(result, what).toContain(`\`${error instanceof RangeError ? 'RangeError' : (error as Error).name}\``)
  if (!(error instanceof ConnectionError)) return
  expect(result, what).toContain(`\`${error.reason}\``)
  expect(error.body !== undefined, what).toBe(result.includes('its `body`'))
  if (result.includes('`cause`')) expect(error.cause, what).toMatchObject({ message: MINE.message })
}

/** Rejections of `response` in cases where the loop does not throw. */
async function expectRejections(): Promise<void> {
  const over = streamEvents(new Response(null, { status: 204 }))
  await expect(over.response).rejects.toMatchObject({ name: 'ConnectionError', status: 204 })
  const closed = streamEvents('http://127.0.0.1/', { fetch: () => new Promise(() => undefined) })
  closed.close()
  await expect(closed.response).rejects.toMatchObject({ name: 'AbortError' })
  await expect(streamEvents(bytes('')).response).rejects.toThrow(TypeError)
}

export async function loopErrors(): Promise<void> {
  await expectRows(0, LOOPS)
  await expectRejections()
}
export function decoderErrors(): Promise<void> {
  return expectRows(1, DECODERS)
}
