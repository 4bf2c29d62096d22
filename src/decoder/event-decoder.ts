/** Bytes in, messages out: UTF-8, the parser, the size limit. */

import { createParser } from 'eventsource-parser'

/** What a decoder reports, while `decode` runs. */
export interface DecoderSink {
  /** A block with data has ended. `lastEventId` is the last event ID string as of that block. */
  message(type: string, data: string, lastEventId: string): void
  /** Blocks without data have changed the last event ID string since the last message. */
  id(lastEventId: string): void
  /** A `retry` line, in ms. Its digits have no end, so this may be infinite. */
  retry(reconnectionTime: number): void
}

/** An event has grown past the limit. */
export class EventTooLargeError extends Error {}

/** Decodes one stream after another. (HTML standard, 9.2.5 and 9.2.6) */
export class EventDecoder {
  readonly #sink: DecoderSink
  // Not the decoder's own handling of the BOM: Deno's (2.9) removes one from the start of any chunk. Cases "BOM …".
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  /** No character has been decoded yet. */
  #atStart = true
  readonly #parser
  #lastEventId = ''
  /** The last event ID string that the sink knows of. */
  #reportedId = ''
  #tooLarge = false

  /** @param maxBufferSize characters that one unfinished event may take */
  constructor(sink: DecoderSink, maxBufferSize: number) {
    this.#sink = sink
    this.#parser = createParser({
      maxBufferSize,
      onId: (id) => {
        this.#lastEventId = id
      },
      onEvent: ({ event, data }) => {
        this.#reportedId = this.#lastEventId
        sink.message(event ?? 'message', data, this.#lastEventId)
      },
      onRetry: (reconnectionTime) => {
        sink.retry(reconnectionTime)
      },
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') this.#tooLarge = true
      },
    })
  }

  /** Forgets what was unfinished and starts a stream whose last event ID string is `lastEventId`. */
  begin(lastEventId: string): void {
    this.#lastEventId = this.#reportedId = lastEventId
    this.#tooLarge = false
    this.#atStart = true
    this.#utf8.decode()
    this.#parser.reset()
    // The parser would remove a second BOM, and the characters "ï»¿", unless the stream has already begun for it; a blank
    // line with empty buffers does nothing else.
    this.#parser.feed('\n')
  }

  /** @throws EventTooLargeError, after the messages before that event have been reported */
  decode(chunk: Uint8Array): void {
    let text = this.#utf8.decode(chunk, { stream: true })
    if (this.#atStart && text !== '') {
      this.#atStart = false
      if (text.startsWith('\uFEFF')) text = text.slice(1)
    }
    this.#parser.feed(text)
    if (this.#tooLarge) throw new EventTooLargeError()
    if (this.#lastEventId !== this.#reportedId) {
      this.#reportedId = this.#lastEventId
      this.#sink.id(this.#lastEventId)
    }
  }
}
