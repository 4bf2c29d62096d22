/** Bytes in, messages out: UTF-8, the parser, the size limit. */

import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { UnfinishedEvent } from './unfinished-event.ts'

/** What a decoder reports, while `decode` runs. */
export interface DecoderSink {
  /**
   * A block with data has ended. The type is empty where it names none; `lastEventId` is the last event ID string as of that
   * block, `id` what the block itself says, if anything.
   */
  message(type: string, data: string, lastEventId: string, id: string | undefined): void
  /** Blocks without data have changed the last event ID string since the last message. */
  id(lastEventId: string): void
  /** A `retry` line, in ms. Its digits have no end, so this may be infinite. */
  retry(reconnectionTime: number): void
  /** A comment line's text, where they are wanted. */
  comment?(text: string): void
}

/** An event has grown past the limit. */
export class EventTooLargeError extends RangeError {
  constructor() {
    super('holds an event larger than the option "maxBufferSize" allows')
  }
}

/** The parser counts the name of the field in an unfinished line too. */
const FIELD_NAME = 'event: '.length

/** What an event may take beyond its characters before that counts: small limits are about characters alone. */
const OVERHEAD = 64 * 1024

/**
 * Bytes that are decoded at once. What Node's fetch puts together while listeners work has more, and a text of over 128 KiB lives
 * in pages of its own, which makes it cost four times as much.
 */
const LARGEST_PIECE = 64 * 1024

/** A chunk in parts that can be decoded at once: mostly one, the chunk. */
export function piecesOf(chunk: Uint8Array): Uint8Array[] {
  const { buffer, byteOffset, byteLength } = chunk
  if (byteLength <= LARGEST_PIECE) return [chunk]
  const pieces = []
  for (let start = 0; start < byteLength; start += LARGEST_PIECE) {
    pieces.push(new Uint8Array(buffer, byteOffset + start, Math.min(LARGEST_PIECE, byteLength - start)))
  }
  return pieces
}

/** Whose text is being parsed: with callbacks of its own each decoder would take a quarter of a kilobyte more. */
let parsing: EventDecoder

/** Decodes one stream after another. (HTML standard, 9.2.5 and 9.2.6) */
export class EventDecoder {
  readonly #sink: DecoderSink
  readonly #maxBufferSize: number
  // Not the decoder's own handling of the BOM: Deno's (2.9) removes one from the start of any chunk. Cases "BOM …".
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  /** No character has been decoded yet. */
  #atStart = true
  readonly #parser
  /** Made for an event that a chunk leaves unfinished. */
  #unfinished: UnfinishedEvent | undefined
  /** How many events have ended. */
  #ended = 0
  #tooLarge = false
  #lastEventId = ''
  /** The last event ID string that the sink knows of. */
  #reportedId = ''
  #isDecoding = false
  #isToReset = false
  #isStopped = false

  /**
   * @param maxBufferSize characters that the data, type and id of one event may take
   * @param wantsComments without it the parser makes no text of a comment
   */
  constructor(sink: DecoderSink, maxBufferSize: number, wantsComments = false) {
    this.#sink = sink
    this.#maxBufferSize = maxBufferSize
    this.#parser = createParser({
      ...EventDecoder.#callbacks,
      maxBufferSize: maxBufferSize + FIELD_NAME,
      ...(wantsComments && {
        onComment: (text: string) => {
          if (!this.#isStopped) sink.comment?.(text)
        },
      }),
    })
  }

  static readonly #callbacks = {
    onId(id: string) {
      if (id.length > parsing.#maxBufferSize) parsing.#tooLarge = true
      if (!parsing.#tooLarge) parsing.#lastEventId = id
    },
    onEvent({ id, event = '', data }: EventSourceMessage) {
      const decoder = parsing
      decoder.#ended++
      // The parser does not count what comes in a single chunk.
      if ((id?.length ?? 0) + event.length + data.length > decoder.#maxBufferSize) decoder.#tooLarge = true
      if (decoder.#tooLarge || decoder.#isStopped) return
      decoder.#reportedId = decoder.#lastEventId
      decoder.#sink.message(event, data, decoder.#lastEventId, id)
    },
    onRetry(reconnectionTime: number) {
      if (!parsing.#tooLarge && !parsing.#isStopped) parsing.#sink.retry(reconnectionTime)
    },
  }

  /** Delivers nothing more until the next `begin()`. */
  stop(): void {
    this.#isStopped = true
  }

  /** Forgets what was unfinished and starts a stream whose last event ID string is `lastEventId`. */
  begin(lastEventId: string): void {
    this.#lastEventId = this.#reportedId = lastEventId
    this.#tooLarge = this.#isToReset = this.#isStopped = false
    this.#atStart = true
    this.#unfinished = undefined
    this.#utf8.decode()
    this.#parser.reset()
    // The parser would remove a second BOM, and the characters "ï»¿", unless the stream has already begun for it; a blank
    // line with empty buffers does nothing else.
    this.#parser.feed('\n')
  }

  /** The last event ID string as of the blocks that have ended. */
  get lastEventId(): string {
    return this.#lastEventId
  }

  /** Forgets what is unfinished; what comes now is another stream, with the same last event ID string. */
  reset(): void {
    // Whoever hears of a message may call this: what has been read is still decoded.
    if (this.#isDecoding) this.#isToReset = true
    else this.begin(this.#lastEventId)
  }

  /** @throws EventTooLargeError, after the messages before that event have been reported */
  decode(chunk: Uint8Array): void {
    const outer = parsing
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- for the callbacks
    parsing = this
    this.#isDecoding = true
    try {
      for (const piece of piecesOf(chunk)) this.#decode(piece)
    } finally {
      this.#isDecoding = false
      parsing = outer
    }
    if (this.#isToReset) this.reset()
  }

  /** Takes the next piece of the stream's text. */
  protected feed(text: string): void {
    this.#parser.feed(text)
  }

  #decode(chunk: Uint8Array): void {
    let text = this.#utf8.decode(chunk, { stream: true })
    if (this.#atStart && text !== '') {
      this.#atStart = false
      if (text.startsWith('\uFEFF')) text = text.slice(1)
    }

    const ended = this.#ended
    this.feed(text)
    if (this.#ended > ended) this.#unfinished = UnfinishedEvent.after(text)
    else (this.#unfinished ??= new UnfinishedEvent()).add(text)
    const size = this.#unfinished?.size ?? 0
    if (this.#isStopped) return
    if (this.#tooLarge || size > this.#maxBufferSize + OVERHEAD || this.#hasOverflowed()) throw new EventTooLargeError()

    if (this.#lastEventId !== this.#reportedId && !this.#isStopped) {
      this.#reportedId = this.#lastEventId
      this.#sink.id(this.#lastEventId)
    }
  }

  /**
   * Whether the parser has met its limit: it takes nothing any more, then. Its `onError` would say so too, but makes the
   * parser build an error with a stack for each unknown field, which costs ninety times as much as the line.
   */
  #hasOverflowed(): boolean {
    try {
      this.#parser.feed('')
      return false
    } catch {
      return true
    }
  }
}
