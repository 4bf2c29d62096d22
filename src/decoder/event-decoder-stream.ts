/** `EventDecoderStream`: the decoder as a transform stream. */

import { checked, displayKind, isFunction, option, optionMembers } from '../input/checks.ts'
import { assertSupported } from '../platform/platform.ts'
import { EventDecoder, readMaxBufferSize } from './event-decoder.ts'
import { streamEvent, type EventOf, type EventsMap, type StreamEvent } from './stream-event.ts'

/** Options of `new EventDecoderStream(options)`. If a callback throws, the stream errors with the thrown value. */
export interface EventDecoderStreamInit {
  /**
   * How many characters the data, type and ID of one event may take, as in `EventSourceInit`. On a larger event the readable side
   * errors with a `RangeError`. Default 67,108,864 (64 Mi).
   */
  maxBufferSize?: number | undefined
  /** Called with the text of each comment line as it is decoded. */
  onComment?: ((comment: string) => void) | undefined
  /** Called with the milliseconds of each `retry` line as it is decoded. */
  onRetry?: ((reconnectionTime: number) => void) | undefined
}

/**
 * A transform stream for `pipeThrough()`: bytes in, events out. An unfinished event at the end is discarded. (HTML standard,
 * 9.2.6)
 *
 * The readable side errors, after all earlier events, with the source's error, with a `RangeError` if an event exceeds
 * `maxBufferSize`, or with a `TypeError` if a chunk is not bytes.
 *
 * ```js
 * for await (const event of response.body.pipeThrough(new EventDecoderStream())) console.log(event.data)
 * ```
 *
 * @typeParam Events maps event names to the types of their `data`
 */
export class EventDecoderStream<Events extends EventsMap<Events> = Record<string, string>> {
  /** The events. Chunks are decoded only as fast as this side is read. */
  readonly readable: ReadableStream<EventOf<Events>>
  /** Accepts the bytes. */
  readonly writable: WritableStream<Uint8Array>

  /**
   * @param options the limit and callbacks
   * @throws a `TypeError` that names the invalid option
   */
  constructor(options?: EventDecoderStreamInit | null) {
    const name = 'EventDecoderStream'
    assertSupported(name, ['TextDecoder', 'ReadableStream', 'TransformStream'])
    // Minifiers rename the class.
    Object.defineProperty(EventDecoderStream, 'name', { value: name })
    const { readable, writable } = decoding(options)
    const reader = readable.getReader()
    this.writable = writable
    // Wraps the transform, because a transform that errors discards its unread chunks.
    this.readable = new ReadableStream<StreamEvent>(
      {
        async pull(controller) {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else for (const event of value) controller.enqueue(event)
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    ) as ReadableStream<EventOf<Events>>
  }
}

/** Turns each chunk into a batch of events. */
function decoding(init: unknown): TransformStream<Uint8Array, StreamEvent[]> {
  const options = optionMembers(init)
  const [onComment, onRetry] = ['onComment', 'onRetry'].map(
    (name) => checked(option(name), options[name], isFunction, 'a function') as ((value: unknown) => void) | undefined,
  )
  let events: StreamEvent[]
  const decoder = new EventDecoder(
    {
      message: (...parts) => events.push(streamEvent(...parts)),
      id: () => undefined,
      retry: (reconnectionTime) => onRetry?.(reconnectionTime),
      comment: (text) => onComment?.(text),
    },
    readMaxBufferSize(options.maxBufferSize),
    !!onComment,
  )
  decoder.begin('')
  return new TransformStream({ transform })

  function transform(chunk: unknown, controller: TransformStreamDefaultController<StreamEvent[]>): void {
    events = []
    try {
      if (!ArrayBuffer.isView(chunk)) {
        throw new TypeError(`EventDecoderStream takes Uint8Array chunks, got ${displayKind(chunk)}`)
      }
      decoder.decode(chunk as Uint8Array)
    } finally {
      if (events[0]) controller.enqueue(events)
    }
  }
}
