/** Decodes the bytes of a stream into messages, and enforces `maxBufferSize`. */

import { createParser, type ParserCallbacks } from 'eventsource-parser'
import { checked, option } from '../input/checks.ts'

/** Receives the decoder's output, synchronously in `decode()`. */
export interface DecoderSink {
  /**
   * A block with data is complete. `type` is empty if the block has none. `lastEventId` is the last event ID string as of the
   * block, and `id` the block's own ID.
   */
  message(type: string, data: string, lastEventId: string, id: string | undefined): void
  /** Blocks without data changed the last event ID string since the last message. */
  id(lastEventId: string): void
  /** A `retry` line, in ms. May be Infinity, because the number of digits is unlimited. */
  retry(reconnectionTime: number): void
  /** The text of a comment line, if the decoder has `wantsComments`. */
  comment?(text: string): void
}

export const TOO_LARGE = 'sent an event larger than the option "maxBufferSize" allows'

export class EventTooLargeError extends RangeError {
  constructor() {
    super(`The event stream ${TOO_LARGE}`)
  }
}

/** In characters. */
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
 * How many bytes to decode at once. Node's fetch merges data that arrives while listeners run into large chunks, and V8 stores
 * strings over 128 KiB on separate pages, where they cost four times as much.
 */
const MAX_PIECE = 64 * 1024

/** Cuts a chunk into pieces of at most `MAX_PIECE` bytes. */
export function piecesOf(chunk: Uint8Array): Uint8Array[] {
  const { buffer, byteOffset, byteLength } = chunk
  if (byteLength <= MAX_PIECE) return [chunk]
  const pieces = []
  // Not subarray(): it throws in Firefox 153 content scripts if the memory is the page's. (test/browser/extensions.ts)
  for (let start = 0; start < byteLength; start += MAX_PIECE) {
    pieces.push(new Uint8Array(buffer, byteOffset + start, Math.min(MAX_PIECE, byteLength - start)))
  }
  return pieces
}

/** Returns the text after the last line end: an unfinished line, or an empty string. */
export function unfinishedLine(text: string): string {
  const line = text.slice(text.lastIndexOf('\n') + 1)
  return line.slice(line.lastIndexOf('\r') + 1)
}

/** The decoder whose parser is running. */
let parsing: EventDecoder
/** Shared by all decoders, which saves a quarter of a kilobyte per decoder. */
let callbacks: ParserCallbacks | undefined

/** Decodes one stream after another. (HTML standard, 9.2.5 and 9.2.6) */
export class EventDecoder {
  readonly #sink: DecoderSink
  /** The sink, or undefined while the decoder is stopped. */
  #listening: DecoderSink | undefined
  readonly #maxBufferSize: number
  readonly #wantsComments: boolean
  // The BOM is removed below instead: in Deno 2.9, TextDecoder removes a BOM from the start of every chunk. (Cases "BOM …")
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #parser
  /** Whether to reset after the current chunk. Undefined between chunks. */
  #willReset: boolean | undefined
  #atStart = true
  /** Counts complete events. */
  #ended = 0
  /** Whether any complete event had a field other than an empty `data`. */
  #hadContent = false
  #unfinished: UnfinishedEvent | undefined
  #lastEventId = ''
  /** The last event ID string last reported to the sink. */
  #reportedId = ''

  /**
   * @param maxBufferSize how many characters the data, type and ID of one event may take
   * @param wantsComments whether to report comments. Otherwise the parser skips them
   */
  constructor(sink: DecoderSink, maxBufferSize: number, wantsComments = false) {
    this.#sink = sink
    this.#maxBufferSize = maxBufferSize
    this.#wantsComments = wantsComments
    callbacks ??= this.#callbacks()
    this.#parser = createParser(wantsComments ? callbacks : { ...callbacks, onComment: undefined })
  }

  /** Starts a new stream whose last event ID string is `lastEventId`. */
  begin(lastEventId: string): void {
    this.#lastEventId = this.#reportedId = lastEventId
    this.#listening = this.#sink
    this.#atStart = true
    this.#unfinished = undefined
    this.#utf8.decode()
    this.#parser.reset()
    // A blank line does nothing here, but gets the parser past the start of its input, where it would remove a second BOM, and
    // the characters "ï»¿".
    this.#parser.feed('\n')
  }

  /** Discards an unfinished event. The next chunk starts another stream, with the same last event ID string. */
  reset(): void {
    // If a listener calls this, the rest of the chunk is still decoded, because it has already been read.
    if (this.#willReset !== undefined) this.#willReset = true
    else if (this.#listening) this.begin(this.#lastEventId)
  }

  /** Stops reporting at once, even in the middle of a chunk, until `begin()`. */
  stop(): void {
    this.#listening = undefined
  }

  /** Ends the stream. Discards an unfinished event, and returns whether there was one. */
  end(): boolean {
    this.stop()
    const line = this.#unfinished?.line ?? ''
    if (/^[^:]/.test(line)) return true
    const outer = parsing
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- for the callbacks
    parsing = this
    this.#hadContent = false
    // Completes the event with an empty line of data. Any other content came from the stream.
    this.#parser.feed(`${line && '\n'}data\n\n`)
    parsing = outer
    return this.#hadContent
  }

  /** The last event ID string as of the last complete block. */
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
      // The compiler does not know that a callback may have called reset().
      const willReset = this.#willReset as boolean
      this.#willReset = undefined
      if (willReset) this.reset()
    }
  }

  /** Parses the next piece of text. */
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
      // Events that ended in this piece are below the limit.
      text = unfinishedLine(text)
    }
    if (text) {
      const unfinished = (this.#unfinished ??= new UnfinishedEvent())
      this.#checkSize(unfinished.add(text, this.#wantsComments))
      if (unfinished.isEmpty) this.#unfinished = undefined
    }

    if (this.#lastEventId !== this.#reportedId) {
      this.#reportedId = this.#lastEventId
      this.#listening?.id(this.#lastEventId)
    }
  }

  #checkSize(size: number): void {
    if (size > this.#maxBufferSize && this.#listening) throw new EventTooLargeError()
  }

  #callbacks(): ParserCallbacks {
    return {
      onId(id) {
        parsing.#checkSize(id.length)
        if (parsing.#listening) parsing.#lastEventId = id
      },
      onEvent({ id, event = '', data }) {
        const decoder = parsing
        decoder.#ended++
        decoder.#hadContent ||= id !== undefined || event + data !== ''
        decoder.#checkSize((id?.length ?? 0) + event.length + data.length)
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

/**
 * Matches the start of lines that the parser buffers until they end: fields that count toward the size, `retry`, and comments.
 */
const KEPT_LINE = /^(?:(data|event|id)|retry)?(?::|$)/

/** The longest field name, with its colon and space. The rest of a line is its value. */
const LONGEST_PREFIX = 'event: '.length

/** V8 stores a string with any of these characters as two bytes per character instead of one. */
const WIDE = /[\u0100-\uffff]/

/** Memory that V8 needs to concatenate a line: two nodes of 32 bytes. */
const LINE_COST = 64

/**
 * Estimates the size of an event from pieces in which no event ended. Counting characters is not enough: many short lines take
 * thirty times as much memory as they have characters, and a line keeps the comments around it in memory.
 */
class UnfinishedEvent {
  /** Complete lines of data. */
  #lines = 0
  /** Characters in these lines, or slightly fewer. */
  #data = 0
  /** Length of the longest type or ID. The parser keeps them while it waits for data. */
  #longest = 0
  /** Characters in memory. */
  #held = 0
  #isWide = false
  /** The start of the unfinished line. Empty if there is none. */
  line = ''
  #lineLength = 0

  /** Whether nothing is in memory, because all lines were comments or unknown fields. */
  get isEmpty(): boolean {
    return this.#held === 0 && this.line === ''
  }

  /**
   * @returns the size: the characters of data, type and ID, or the memory if that is more. The memory of one piece is not
   *   counted, so that small limits apply to characters alone
   */
  add(text: string, wantsComments: boolean): number {
    let kept = KEPT_LINE.exec(this.line)
    text.split(LINE_END).forEach((part, index) => {
      if (index > 0) {
        if (kept?.[1] === 'data') this.#data += this.#lineLength - LONGEST_PREFIX + (this.#lines++ ? 1 : 0)
        else if (kept?.[1]) this.#longest = Math.max(this.#longest, this.#lineLength)
        // The blank line at the end of a block without data.
        else if (this.#lines + this.#lineLength === 0) this.#longest = this.#held = 0
        this.line = ''
        this.#lineLength = 0
      }
      this.line = (this.line + part).slice(0, LONGEST_PREFIX)
      this.#lineLength += part.length
      kept = KEPT_LINE.exec(this.line)
    })
    // Once there is data, all text stays in memory.
    if (this.#lines > 0) this.#held += text.length
    else this.#held = Math.max(this.#longest, (kept?.[0].length ?? 0) > (wantsComments ? 0 : 1) ? this.#lineLength : 0)
    this.#isWide = this.#held > 0 && (this.#isWide || WIDE.test(text))
    return Math.max(
      this.#data + (kept?.[1] ? this.#lineLength - LONGEST_PREFIX : 0),
      this.#held * (this.#isWide ? 2 : 1) + this.#lines * LINE_COST - MAX_PIECE,
    )
  }
}
