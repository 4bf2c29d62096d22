/** A minimal HTTP reader for a proxy that modifies heads and chunks. */

/** First line of an HTTP message, and its headers by lowercase name. */
export interface Head {
  line: string
  headers: Map<string, string>
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** Reads heads, bytes and chunks from a stream of buffers. */
export class HttpReader {
  readonly #source: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)

  /** @param source such as a socket */
  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** The next head; undefined at the end. */
  async head(): Promise<Head | undefined> {
    const bytes = await this.#until(HEAD_END)
    if (!bytes) return undefined
    // IDs are sent as UTF-8.
    const [line = '', ...fields] = bytes.toString('utf8').trimEnd().split('\r\n')
    const headers = fields.map((field): [string, string] => {
      const colon = field.indexOf(':')
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
    })
    return { line, headers: new Map(headers) }
  }

  /** The next bytes; fewer at the end. */
  async bytes(length: number): Promise<Buffer> {
    while (this.#held.length < length && (await this.#more()));
    return this.#take(length)
  }

  /** The content of a chunked body, chunk by chunk. (RFC 9112, 7.1) */
  async *chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      const size = await this.#until(Buffer.from('\r\n'))
      const length = parseInt(size?.toString('latin1') ?? '0', 16)
      if (length > 0) yield await this.bytes(length)
      await this.bytes(2)
      if (length === 0) return
    }
  }

  async #until(mark: Buffer): Promise<Buffer | undefined> {
    for (;;) {
      const end = this.#held.indexOf(mark)
      if (end >= 0) return this.#take(end + mark.length)
      if (!(await this.#more())) return undefined
    }
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next()
    if (next.done === true) return false
    this.#held = Buffer.concat([this.#held, next.value])
    return true
  }

  #take(length: number): Buffer {
    const taken = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    return taken
  }
}
