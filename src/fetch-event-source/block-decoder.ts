/** Messages as the drop-in hands them out: with the `retry` of their own block. */

import { EventDecoder } from '../decoder/event-decoder.ts'

/** An event of the stream, as `onmessage` gets it. */
export interface EventSourceMessage {
  /** The event's own `id`; empty where it has none. */
  id: string
  /** The event's type; empty where it names none. */
  event: string
  /** The lines of its `data`, joined by line feeds. */
  data: string
  /** The event's own `retry`, in milliseconds; undefined where it has none that can be used. */
  retry?: number | undefined
}

/** What is heard of a stream. */
interface Listener {
  /** The ID to reconnect with has changed; it may be empty. */
  id(id: string): void
  /** In ms. */
  retry(ms: number): void
  message(message: EventSourceMessage): void
}

/** Lines with their ends, and what is left at the end. */
const LINES = /[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+$/g

/**
 * The parser reports `retry` when it reads the line, and of a block without data not its end. Where there is a `retry`, the text
 * is fed line by line, so that the end of its block shows.
 */
export class BlockDecoder extends EventDecoder {
  /** What the listener knows, or will with the next message. */
  readonly #known: { retry: number | undefined; id: string }
  /** How the line that has not ended begins. */
  #line = ''
  #endsWithCR = false

  constructor(listener: Listener, maxBufferSize: number) {
    const known: { retry: number | undefined; id: string } = { retry: undefined, id: '' }
    const commit = (id: string): void => {
      known.id = id
      listener.id(id)
    }
    super(
      {
        message: (event, data, lastEventId, id) => {
          const { retry } = known
          known.retry = undefined
          // It may be that of a block without data before it.
          if (id !== undefined || lastEventId !== known.id) commit(lastEventId)
          listener.message({ data, event, id: id ?? '', retry })
        },
        id: commit,
        retry: (ms) => {
          known.retry = ms
          listener.retry(ms)
        },
      },
      maxBufferSize,
    )
    this.#known = known
  }

  override begin(lastEventId: string): void {
    this.#known.id = lastEventId
    super.begin(lastEventId)
  }

  protected override feed(text: string): void {
    const mayHoldRetry = this.#known.retry !== undefined || (this.#line + text).includes('retry')
    const pieces = mayHoldRetry ? (text.match(LINES) ?? []) : [text]
    for (const piece of pieces) {
      super.feed(piece)
      if (this.#isBlank(piece)) this.#known.retry = undefined
      const end = Math.max(piece.lastIndexOf('\n'), piece.lastIndexOf('\r'))
      const rest = end === -1 ? this.#line + piece : piece.slice(end + 1)
      this.#line = rest.slice(0, 'retry'.length)
      this.#endsWithCR = piece.endsWith('\r')
    }
  }

  /** Whether a line is the blank one that ends a block. */
  #isBlank(line: string): boolean {
    // The second half of a line end that was cut in two is no line.
    return this.#line === '' && /^[\r\n]/.test(line) && !(line === '\n' && this.#endsWithCR)
  }
}
