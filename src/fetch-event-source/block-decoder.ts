/** The messages of `fetchEventSource`, each with the `retry` of its own block. */

import { EventDecoder, unfinishedLine } from '../decoder/event-decoder.ts'

/** An event of the stream, as `onmessage` gets it. */
export interface EventSourceMessage {
  /** The event's own `id`. Empty if it has none. */
  id: string
  /** The event's type. Empty if it does not name one. */
  event: string
  /** The lines of its `data`, joined by line feeds. */
  data: string
  /** The event's own `retry` in milliseconds. Undefined if it has none, or an invalid one. */
  retry?: number | undefined
}

interface BlockSink {
  /** The ID to reconnect with has changed. It may be empty. */
  id(id: string): void
  /** In ms */
  retry(ms: number): void
  message(message: EventSourceMessage): void
}

/** Lines with their ends, and the unfinished line at the end. */
const LINES = /[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+$/g

/**
 * The parser reports a `retry` when it reads the line, but not the end of a block without data. So where there is a `retry`, the
 * text is fed line by line to see where its block ends.
 */
export class BlockDecoder extends EventDecoder {
  /** The ID and the `retry` that the next message needs. */
  #id = ''
  #retry: number | undefined
  /** How the unfinished line starts, as far as it may be `retry`. */
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
      // The second half of a CRLF that was cut in two is not a blank line.
      const isBlank = this.#line === '' && /^[\r\n]/.test(piece) && !(piece === '\n' && this.#endsWithCR)
      if (isBlank) this.#retry = undefined
      const rest = unfinishedLine(piece)
      this.#line = ((rest === piece ? this.#line : '') + rest).slice(0, 'retry'.length)
      this.#endsWithCR = piece.endsWith('\r')
    }
  }
}
