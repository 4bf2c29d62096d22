/** Streams that a test feeds by hand, and loops over what comes of them. */

import { setImmediate as aTask } from 'node:timers/promises'
import { onTestFinished, vi } from 'vitest'
import { type EventSourceInit, type EventStream, type FetchLikeInit, streamEvents } from '../../../src/index.ts'
import { NOWHERE } from './sources.ts'
import { type Answer, pending } from './watch.ts'

/** UTF-8 */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** A stream of bytes, and what a test does with it. */
export interface Source {
  stream: ReadableStream<Uint8Array<ArrayBuffer>>
  push(...texts: string[]): void
  /** A chunk of whatever kind. */
  pushChunk(chunk: unknown): void
  end(): void
  fail(error: unknown): void
  /** Called with the reason when a reader cancels it. */
  cancelled: ReturnType<typeof vi.fn<(reason: unknown) => void>>
}

export function source(...texts: string[]): Source {
  let controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>
  const cancelled = vi.fn<(reason: unknown) => void>()
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (given) => {
      controller = given
    },
    cancel: cancelled,
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
    cancelled,
  }
}

/** A stream that holds these chunks and then ends. */
export function streamOf(...chunks: (string | Uint8Array<ArrayBuffer>)[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { stream, pushChunk, end } = source()
  for (const chunk of chunks) pushChunk(typeof chunk === 'string' ? bytes(chunk) : chunk)
  end()
  return stream
}

/** A stream that makes a chunk each time that it is asked for one, and counts. Nothing is asked ahead. */
export function counting(chunk: (count: number) => string): {
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
  /** The inits of the requests so far. */
  requests: FetchLikeInit[]
  /** The `Last-Event-ID` of each. */
  readonly ids: (string | undefined)[]
}

/** `streamEvents` whose requests get these answers, the last again and again. It is closed when the test has finished. */
export function request(answers: Answer[], options: EventSourceInit = {}): Requested {
  const requests: FetchLikeInit[] = []
  const stream = closed(
    streamEvents(NOWHERE, {
      fetch: async (_, init) => {
        requests.push(init)
        // As with any fetch, the answer comes when the caller has what he asked for.
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

/** The same stream, which is closed when the test has finished. */
export function closed(stream: EventStream): EventStream {
  onTestFinished(() => {
    stream.close()
  })
  return stream
}

/** All that an iteration brings, to its end. */
export async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = []
  for await (const event of events) taken.push(event)
  return taken
}

/** The data of all events, and what ended the loop if that was an error. */
export async function outcome(events: AsyncIterable<{ data: string }>): Promise<{ data: string[]; error?: unknown }> {
  const data: string[] = []
  try {
    for await (const event of events) data.push(event.data)
    return { data }
  } catch (error) {
    return { data, error }
  }
}

/** What a promise rejects with; an error where it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('The promise has not rejected')
}

/** When all has come to rest that no timer and no network keeps going. */
export async function rest(): Promise<void> {
  for (let task = 0; task < 5; task++) await aTask()
}

/** Takes note of rejections that nobody handles, from now on. */
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
