/** Streams that a test feeds, and functions to collect their events. */

import { setImmediate as aTask } from 'node:timers/promises'
import { onTestFinished, vi } from 'vitest'
import { type EventSourceInit, type EventStream, type FetchLikeInit, streamEvents } from '../../../src/index.ts'
import { STUB_URL } from './sources.ts'
import { type Answer, pending } from './watch.ts'

/** Encodes as UTF-8. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** A byte stream controlled by the test. */
export interface Source {
  stream: ReadableStream<Uint8Array<ArrayBuffer>>
  push(...texts: string[]): void
  /** Pushes a chunk of any type. */
  pushChunk(chunk: unknown): void
  end(): void
  fail(error: unknown): void
  /** Called with the reason when a reader cancels the stream. */
  canceled: ReturnType<typeof vi.fn<(reason: unknown) => void>>
}

export function source(...texts: string[]): Source {
  let controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>
  const canceled = vi.fn<(reason: unknown) => void>()
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (given) => {
      controller = given
    },
    cancel: canceled,
  })
  const push = (...more: string[]): void => {
    for (const text of more) controller.enqueue(bytes(text))
  }
  push(...texts)
  return {
    stream,
    push,
    pushChunk: (chunk) => {
      controller.enqueue(chunk as Uint8Array<ArrayBuffer>)
    },
    end: () => {
      controller.close()
    },
    fail: (error) => {
      controller.error(error)
    },
    canceled,
  }
}

/** A stream of these chunks that then closes. */
export function streamOf(...chunks: (string | Uint8Array<ArrayBuffer>)[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { stream, pushChunk, end } = source()
  for (const chunk of chunks) pushChunk(typeof chunk === 'string' ? bytes(chunk) : chunk)
  end()
  return stream
}

/** A stream that creates and counts a chunk per pull, with a high-water mark of 0. */
export function countingStream(chunk: (count: number) => string): {
  stream: ReadableStream<Uint8Array<ArrayBuffer>>
  readonly pulls: number
} {
  let pulls = 0
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull: (controller) => {
        controller.enqueue(bytes(chunk(pulls++)))
      },
    },
    { highWaterMark: 0 },
  )
  return {
    stream,
    get pulls() {
      return pulls
    },
  }
}

export interface Requested {
  stream: EventStream
  /** Inits of the requests so far. */
  requests: FetchLikeInit[]
  /** `Last-Event-ID` of each request. */
  readonly ids: (string | undefined)[]
}

/** Calls `streamEvents` with these responses, the last of which repeats. Closed after the test. */
export function request(answers: Answer[], options: EventSourceInit = {}): Requested {
  const requests: FetchLikeInit[] = []
  const stream = closed(
    streamEvents(STUB_URL, {
      fetch: async (_, init) => {
        requests.push(init)
        // Like any fetch, respond asynchronously.
        await Promise.resolve()
        return (answers[Math.min(requests.length, answers.length) - 1] ?? pending)()
      },
      ...options,
    }),
  )
  return {
    stream,
    requests,
    get ids() {
      return requests.map(({ headers }) => headers['Last-Event-ID'])
    },
  }
}

/** Closes the stream after the test and returns it. */
export function closed(stream: EventStream): EventStream {
  onTestFinished(() => {
    stream.close()
  })
  return stream
}

/** Collects everything until the iteration ends. */
export async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = []
  for await (const event of events) taken.push(event)
  return taken
}

/** Data of all events, and the error that ended the loop, if any. */
export async function outcome(events: AsyncIterable<{ data: string }>): Promise<{ data: string[]; error?: unknown }> {
  const data: string[] = []
  try {
    for await (const event of events) data.push(event.data)
    return { data }
  } catch (error) {
    return { data, error }
  }
}

/** Returns the rejection reason. Throws if the promise resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('The promise did not reject')
}

/** Waits until no microtask or task is pending, except timers and network. */
export async function settled(): Promise<void> {
  for (let task = 0; task < 5; task++) await aTask()
}

/** Collects unhandled rejections from now on. */
export function unhandledRejections(): unknown[] {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => {
    unhandled.push(reason)
  }
  process.on('unhandledRejection', note)
  onTestFinished(() => {
    process.off('unhandledRejection', note)
  })
  return unhandled
}
