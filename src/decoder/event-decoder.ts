/** Bytes in, messages out: UTF-8, the parser, the option `maxBufferSize`. */

import { createParser, type ParserCallbacks } from 'eventsource-parser'
import { checked, option } from '../input/checks.ts'

/** What a decoder reports while `decode` runs. */
export interface DecoderSink {
  /**
   * A block with data has ended. The type is empty if the block does not name one; `lastEventId` is the last event ID string
   * as of that block, `id` the block's own.
   */
  message(type: string, data: string, lastEventId: string, id: string | undefined): void
  /** Blocks without data have changed the last event ID string since the last message. */
  id(lastEventId: string): void
  /** A `retry` line, in ms. Its digits have no limit, so this may be infinite. */
  retry(reconnectionTime: number): void
  /** The text of a comment line, if the decoder was asked for comments. */
  comment?(text: string): void
}

export const TOO_LARGE = 'holds an event larger than the option "maxBufferSize" allows'

/** An event has grown past the limit. */
export class EventTooLargeError extends RangeError {
  constructor() {
    super(`The event stream ${TOO_LARGE}`)
  }
}

/** In characters */
export const DEFAULT_MAX_BUFFER_SIZE = 64 * 1024 * 1024

/**
 * Reads the option `maxBufferSize`, in characters.
 *
 * @throws a `TypeError` if it is not a positive number
 */
export function readMaxBufferSize(value: unknown): number {
  return (
    checked(option('maxBufferSize'), value, isPositive, 'a number of characters above 0') ?? DEFAULT_MAX_BUFFER_SIZE
  )
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0
}

/**
 * How many bytes are decoded at once. Node's fetch merges what arrives while listeners work into large chunks, and V8 stores a text
 * over 128 KiB on separate pages, where it costs four times as much.
 */
const MAX_PIECE = 64 * 1024

/** Cuts a chunk into pieces to decode at once. Most chunks are one piece. */
export function piecesOf(chunk: Uint8Array): Uint8Array[] {
  const { buffer, byteOffset, byteLength } = chunk
  if (byteLength <= MAX_PIECE) return [chunk]
  const pieces = []
  // Not subarray(): Firefox 153 content scripts refuse it on the page's memory. (test/browser/extensions.ts)
  for (let start = 0; start < byteLength; start += MAX_PIECE) {
    pieces.push(new Uint8Array(buffer, byteOffset + start, Math.min(MAX_PIECE, byteLength - start)))
  }
  return pieces
}

/** What a text has after its last line end: nothing, or a line that is cut. */
export function unfinishedLine(text: string): string {
  const line = text.slice(text.lastIndexOf('\n') + 1)
  return line.slice(line.lastIndexOf('\r') + 1)
}

/** The decoder that is parsing. */
let parsing: EventDecoder
/** All decoders share these: callbacks of its own would cost each a quarter of a kilobyte. */
let callbacks: ParserCallbacks | undefined

/** Decodes one stream after another. (HTML standard, 9.2.5 and 9.2.6) */
export class EventDecoder {
  readonly #sink: DecoderSink
  /** The sink, unless the decoder is stopped. */
  #listening: DecoderSink | undefined
  readonly #maxBufferSize: number
  readonly #wantsComments: boolean
  // Not the TextDecoder's own BOM handling: Deno (2.9) removes a BOM from the start of any chunk. Cases "BOM …".
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #parser
  /** Whether to reset after the chunk; undefined between chunks. */
  #willReset: boolean | undefined
  /** Whether no character has been decoded yet. */
  #atStart = true
  /** How many events have ended. */
  #ended = 0
  /** Whether an event that ended had any field but an empty `data`. */
  #hadContent = false
  #unfinished: UnfinishedEvent | undefined
  #lastEventId = ''
  /** The last event ID string that the sink knows. */
  #reportedId = ''

  /**
   * @param maxBufferSize how many characters the data, type and id of one event may take
   * @param wantsComments whether to report comments; otherwise the parser skips them
   */
  constructor(sink: DecoderSink, maxBufferSize: number, wantsComments = false) {
    this.#sink = sink
    this.#maxBufferSize = maxBufferSize
    this.#wantsComments = wantsComments
    callbacks ??= this.#callbacks()
    this.#parser = createParser(wantsComments ? callbacks : { ...callbacks, onComment: undefined })
  }

  /** Starts a stream whose last event ID string is `lastEventId`. Nothing of the one before remains. */
  begin(lastEventId: string): void {
    this.#lastEventId = this.#reportedId = lastEventId
    this.#listening = this.#sink
    this.#atStart = true
    this.#unfinished = undefined
    this.#utf8.decode()
    this.#parser.reset()
    // The parser would remove a second BOM, and the characters "ï»¿", at the start of its input. A blank line with empty
    // buffers does nothing, and gets the parser past its start.
    this.#parser.feed('\n')
  }

  /** Discards what is unfinished. The next chunk is another stream, with the same last event ID string. */
  reset(): void {
    // A listener may call this: the rest of the chunk has been read, so it is still decoded.
    if (this.#willReset !== undefined) this.#willReset = true
    else if (this.#listening) this.begin(this.#lastEventId)
  }

  /** Reports nothing more, not even the rest of the chunk, until `begin()`. */
  stop(): void {
    this.#listening = undefined
  }

  /** Ends the stream. Returns whether that was in the middle of an event, which is discarded. */
  end(): boolean {
    this.stop()
    const line = this.#unfinished?.line ?? ''
    if (/^[^:]/.test(line)) return true
    const outer = parsing
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- for the callbacks
    parsing = this
    this.#hadContent = false
    // Completes the event with a line of data without text: anything else in it came from the stream.
    this.#parser.feed(`${line && '\n'}data\n\n`)
    parsing = outer
    return this.#hadContent
  }

  /** The last event ID string as of the blocks that have ended. */
  get lastEventId(): string {
    return this.#lastEventId
  }

  /** @throws EventTooLargeError, after the messages before that event have been reported */
  decode(chunk: Uint8Array): void {
    const outer = parsing
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- for the callbacks
    parsing = this
    this.#willReset = false
    try {
      for (const piece of piecesOf(chunk)) if (this.#listening) this.#decode(piece)
    } finally {
      parsing = outer
      // A callback may have called reset(), which the compiler does not see.
      const willReset = this.#willReset as boolean
      this.#willReset = undefined
      if (willReset) this.reset()
    }
  }

  /** Takes the next piece of the stream's text. */
  protected feed(text: string): void {
    this.#parser.feed(text)
  }

  #decode(piece: Uint8Array): void {
    let text = this.#utf8.decode(piece, { stream: true })
    if (text && this.#atStart) {
      this.#atStart = false
      text = text.replace(/^\uFEFF/, '')
    }

    const ended = this.#ended
    this.feed(text)

    if (this.#ended > ended) {
      this.#unfinished = undefined
      // What ended in this piece cannot be large.
      text = unfinishedLine(text)
    }
    if (text) {
      const unfinished = (this.#unfinished ??= new UnfinishedEvent())
      this.#limit(unfinished.add(text, this.#wantsComments))
      if (unfinished.isEmpty) this.#unfinished = undefined
    }

    if (this.#lastEventId !== this.#reportedId) {
      this.#reportedId = this.#lastEventId
      this.#listening?.id(this.#lastEventId)
    }
  }

  #limit(size: number): void {
    if (size > this.#maxBufferSize && this.#listening) throw new EventTooLargeError()
  }

  #callbacks(): ParserCallbacks {
    return {
      onId(id) {
        parsing.#limit(id.length)
        if (parsing.#listening) parsing.#lastEventId = id
      },
      onEvent({ id, event = '', data }) {
        const decoder = parsing
        decoder.#ended++
        decoder.#hadContent ||= id !== undefined || event + data !== ''
        decoder.#limit((id?.length ?? 0) + event.length + data.length)
        decoder.#reportedId = decoder.#lastEventId
        decoder.#listening?.message(event, data, decoder.#lastEventId, id)
      },
      onRetry(reconnectionTime) {
        parsing.#listening?.retry(reconnectionTime)
      },
      onComment(text) {
        parsing.#listening?.comment?.(text)
      },
    }
  }
}

const LINE_END = /\r\n?|\n/

/** How the lines start that the parser keeps until they end: fields that count for the size, `retry`, and comments. */
const KEPT_LINE = /^(?:(data|event|id)|retry)?(?::|$)/

/** No more than this of a line is not its value. */
const LONGEST_PREFIX = 'event: '.length

/** With one of these in a text, V8 stores two bytes for each character instead of one. */
const WIDE = /[\u0100-\uffff]/

/** What V8 needs to join a line to those before it: two nodes of 32 bytes. */
const LINE_COST = 64

/**
 * Estimates the size of an event from pieces in which no event ended. Counting characters would not do: many short lines take
 * thirty times as much memory as they have characters, and a line keeps the comments around it in memory.
 */
class UnfinishedEvent {
  /** How many lines of data have ended. */
  #lines = 0
  /** How many characters these lines hold, or a little less. */
  #data = 0
  /** The longest type or id: the parser keeps them while it waits for data. */
  #longest = 0
  /** Characters in memory. */
  #held = 0
  #isWide = false
  /** How the unfinished line starts; empty if there is none. */
  line = ''
  #lineLength = 0

  /** Whether nothing is in memory: all that came were comments and lines that have no meaning. */
  get isEmpty(): boolean {
    return this.#held === 0 && this.line === ''
  }

  /**
   * @returns the size: the characters of data, type and id, or the memory if that is more. A piece's worth of memory does not
   *   count, so that small limits are about characters alone.
   */
  add(text: string, wantsComments: boolean): number {
    let kept = KEPT_LINE.exec(this.line)
    text.split(LINE_END).forEach((part, index) => {
      if (index > 0) {
        if (kept?.[1] === 'data') this.#data += this.#lineLength - LONGEST_PREFIX + (this.#lines++ ? 1 : 0)
        else if (kept?.[1]) this.#longest = Math.max(this.#longest, this.#lineLength)
        // A block without data has ended.
        else if (this.#lines + this.#lineLength === 0) this.#longest = this.#held = 0
        this.line = ''
        this.#lineLength = 0
      }
      this.line = (this.line + part).slice(0, LONGEST_PREFIX)
      this.#lineLength += part.length
      kept = KEPT_LINE.exec(this.line)
    })
    // Everything counts once there is data.
    if (this.#lines > 0) this.#held += text.length
    else this.#held = Math.max(this.#longest, (kept?.[0].length ?? 0) > (wantsComments ? 0 : 1) ? this.#lineLength : 0)
    this.#isWide = this.#held > 0 && (this.#isWide || WIDE.test(text))
    return Math.max(
      this.#data + (kept?.[1] ? this.#lineLength - LONGEST_PREFIX : 0),
      this.#held * (this.#isWide ? 2 : 1) + this.#lines * LINE_COST - MAX_PIECE,
    )
  }
}
