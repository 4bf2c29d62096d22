/** Decodes the messages of `fetchEventSource`, each with the `retry` of its block. */

import { EventDecoder, unfinishedLine } from '../decoder/event-decoder.ts'

/** An event of the stream, as passed to `onmessage`. */
export interface EventSourceMessage {
  /** The event's own `id`. Empty if it has none. */
  id: string
  /** The event's type. Empty if it has none. */
  event: string
  /** The values of the event's `data` fields, joined by line feeds. */
  data: string
  /** The event's own `retry` in milliseconds. `undefined` if it is missing or invalid. */
  retry?: number | undefined
}

interface BlockSink {
  /** The ID to reconnect with changed. It may be empty. */
  id(id: string): void
  /** In ms. */
  retry(ms: number): void
  message(message: EventSourceMessage): void
}

/** Matches lines with their line ends, and the unfinished line at the end. */
const LINES = /[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+$/g

/**
 * The parser reports `retry` lines, but not where a block without data ends. So text with a `retry` is fed line by line, to
 * detect the end of its block.
 */
export class BlockDecoder extends EventDecoder {
  /** The last ID reported. */
  #id = ''
  /** The `retry` of the current block. */
  #retry: number | undefined
  /** The start of the unfinished line: as many characters as `retry` has. */
  #line = ''
  #endsWithCR = false

  constructor(sink: BlockSink, maxBufferSize: number) {
    const commit = (id: string): void => {
      this.#id = id
      sink.id(id)
    }
    super(
      {
        message: (event, data, lastEventId, id) => {
          const retry = this.#retry
          this.#retry = undefined
          // A block without data before this one may have set the ID.
          if (id !== undefined || lastEventId !== this.#id) commit(lastEventId)
          sink.message({ data, event, id: id ?? '', retry })
        },
        id: commit,
        retry: (ms) => {
          this.#retry = ms
          sink.retry(ms)
        },
      },
      maxBufferSize,
    )
  }

  override begin(lastEventId: string): void {
    this.#id = lastEventId
    this.#retry = undefined
    this.#line = ''
    this.#endsWithCR = false
    super.begin(lastEventId)
  }

  protected override feed(text: string): void {
    const mayHoldRetry = this.#retry !== undefined || (this.#line + text).includes('retry')
    for (const piece of mayHoldRetry ? (text.match(LINES) ?? []) : [text]) {
      super.feed(piece)
      // The LF of a CRLF split between two pieces is not a blank line.
      const isBlank = this.#line === '' && /^[\r\n]/.test(piece) && !(piece === '\n' && this.#endsWithCR)
      if (isBlank) this.#retry = undefined
      const rest = unfinishedLine(piece)
      this.#line = ((rest === piece ? this.#line : '') + rest).slice(0, 'retry'.length)
      this.#endsWithCR = piece.endsWith('\r')
    }
  }
}
