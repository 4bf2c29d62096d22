/** What an event takes in memory while its end has not come. */

const DATA_LINE = /(?:^|[\r\n])data/g
/** The start of a line that may still become one, and whether a line starts here. */
const CUT_LINE = /(?:^|[\r\n])[^\r\n]{0,3}$/

/** What V8 needs to join a line to those before it: two nodes of 32 bytes. */
const LINE_COST = 64

/**
 * Estimates it from chunks in which no event ended. The parser counts characters, but an endless event of short lines takes
 * thirty times as much memory as it has characters, and one whose lines hide among comments holds on to all of these.
 */
export class UnfinishedEvent {
  #size = 0
  #cutLine = ''

  /** In characters, or so. 0 where no line of data has come: comments alone take nothing. */
  get size(): number {
    return this.#size
  }

  add(chunk: string): void {
    const text = this.#cutLine + chunk
    const lines = text.match(DATA_LINE)?.length ?? 0
    if (lines > 0 || this.#size > 0) this.#size += chunk.length + lines * LINE_COST
    this.#cutLine = CUT_LINE.exec(text)?.[0] ?? ''
  }

  clear(): void {
    this.#size = 0
    this.#cutLine = ''
  }
}
