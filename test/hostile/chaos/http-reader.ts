/** As much HTTP as a proxy must know that acts on heads and chunks. */

/** Of a message: its first line, and its headers by their names in lower case. */
export interface Head {
  line: string
  headers: Map<string, string>
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** Bytes that come piece by piece, to be asked for by what they are. */
export class HttpReader {
  readonly #source: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)

  /** @param source such as a socket */
  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** The next head; undefined where nothing comes any more. */
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

  /** So many bytes; fewer where nothing comes any more. */
  async bytes(length: number): Promise<Buffer> {
    while (this.#held.length < length && (await this.#more()));
    return this.#take(length)
  }

  /** What is in the chunks of a body, chunk by chunk. (RFC 9112, 7.1) */
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
