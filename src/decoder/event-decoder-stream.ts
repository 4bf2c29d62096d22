/** Bytes in, events out, for those who work with streams. */

import { checked, displayKind, isFunction, optionMembers } from '../input/checks.ts'
import { need } from '../platform/platform.ts'
import { EventDecoder } from './event-decoder.ts'
import { readMaxBufferSize } from './max-buffer-size.ts'
import { streamEvent, type EventOf, type EventsMap, type StreamEvent } from './stream-event.ts'

/** Options of `new EventDecoderStream(options)`. An error that a function throws becomes the stream's. */
export interface EventDecoderStreamInit {
  /**
   * How many characters the data, type and id of one event may take, as of `EventSourceInit`. Past it the readable side errors with
   * a `RangeError`. Default 67,108,864 (64 Mi).
   */
  maxBufferSize?: number | undefined
  /** Called with the text of each comment line, as it is read. */
  onComment?: ((comment: string) => void) | undefined
  /** Called with the milliseconds of each `retry` line, as it is read. */
  onRetry?: ((reconnectionTime: number) => void) | undefined
}

/**
 * A pair for `pipeThrough()`: bytes in, events out. An event that the end leaves unfinished is discarded. (HTML standard, 9.2.6)
 *
 * The readable side errors, after the events that came before: as the writable side does, with a `RangeError` when an event
 * grows past `maxBufferSize`, and with a `TypeError` when a chunk holds no bytes.
 *
 * ```js
 * for await (const event of response.body.pipeThrough(new EventDecoderStream())) console.log(event.data)
 * ```
 *
 * @typeParam Events names of events and the types of their `data`, where they are known
 */
export class EventDecoderStream<Events extends EventsMap<Events> = Record<string, string>> {
  /**
   * Whatever minifiers make of the class.
   *
   * @hidden
   */
  static readonly name = 'EventDecoderStream'
  /** Where the events come out, as fast as they are read. */
  readonly readable: ReadableStream<EventOf<Events>>
  /** Where the bytes go in. */
  readonly writable: WritableStream<Uint8Array>

  /**
   * @param options what applies to all that goes through it
   * @throws a `TypeError` when an option is wrong, naming it
   */
  constructor(options?: EventDecoderStreamInit | null) {
    need('EventDecoderStream', ['TextDecoder', 'ReadableStream', 'TransformStream'])
    // Not the readable side of a TransformStream: when one errors, what it holds is lost.
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    this.writable = writable
    this.readable = new ReadableStream<StreamEvent>(decoding(readable, options), {
      highWaterMark: 0,
    }) as ReadableStream<EventOf<Events>>
  }
}

function decoding(bytes: ReadableStream<Uint8Array>, init: unknown): UnderlyingDefaultSource<StreamEvent> {
  const { maxBufferSize, onComment, onRetry } = readOptions(init)
  const reader = bytes.getReader()
  let brought: StreamEvent[] = []
  const decoder = new EventDecoder(
    {
      message: (...parts) => {
        brought.push(streamEvent(...parts))
      },
      id: () => undefined,
      retry: (reconnectionTime) => onRetry?.(reconnectionTime),
      comment: (text) => onComment?.(text),
    },
    maxBufferSize,
    onComment !== undefined,
  )
  decoder.begin('')
  let failure: { error: unknown } | undefined

  return {
    // Called when all that there is has been taken.
    async pull(controller) {
      brought = []
      while (brought.length === 0 && !failure) {
        const { done, value } = await reader.read()
        if (done) {
          controller.close()
          return
        }
        failure = decode(value)
      }
      for (const event of brought) controller.enqueue(event)
      if (failure && brought.length === 0) throw failure.error
    },
    cancel: (reason) => reader.cancel(reason),
  }

  function decode(chunk: unknown): { error: unknown } | undefined {
    try {
      if (!ArrayBuffer.isView(chunk)) {
        throw new TypeError(`EventDecoderStream takes bytes, in Uint8Arrays, not ${displayKind(chunk)}`)
      }
      decoder.decode(chunk as Uint8Array)
      return undefined
    } catch (error) {
      void reader.cancel(error)
      return { error }
    }
  }
}

function readOptions(init: unknown): EventDecoderStreamInit & { maxBufferSize: number } {
  const { maxBufferSize, onComment, onRetry } = optionMembers(init)
  return {
    maxBufferSize: readMaxBufferSize(maxBufferSize),
    onComment: checked('onComment', onComment, isFunction, 'a function') as EventDecoderStreamInit['onComment'],
    onRetry: checked('onRetry', onRetry, isFunction, 'a function') as EventDecoderStreamInit['onRetry'],
  }
}
