/** A consumer with lib.esnext.disposable: sources support `using`, streams `await using`. */

import { EventSource, streamEvents } from 'everysource'

export function hold(): string {
  using source = new EventSource('http://a.test/')
  source.onopen = ({ response }) => response.status
  return source.url
}

const disposable: Disposable = new EventSource('http://a.test/')
disposable[Symbol.dispose]()

// @ts-expect-error -- close() is synchronous
const asyncDisposable: AsyncDisposable = new EventSource('http://a.test/')

export async function take(): Promise<string | undefined> {
  await using stream = streamEvents('http://a.test/')
  for await (const { data } of stream) return data
  return stream.lastEventId
}

const held: AsyncDisposable = streamEvents<{ ping: 'pong' }>('http://a.test/')
await held[Symbol.asyncDispose]()

// @ts-expect-error -- a stream is disposed asynchronously
const disposableStream: Disposable = streamEvents('http://a.test/')

export { asyncDisposable, disposableStream }
