/** What an event takes in memory while its end has not come. */

const DATA_LINE = /(?:^|[\r\n])data/g
/** The start of a line that may still become one, and whether a line starts here. */
const CUT_LINE = /(?:^|[\r\n])[^\r\n]{0,3}$/

const NEWLINE_AT_END = /[\r\n]$/

/** One of these, and V8 keeps all of a text at two bytes a character instead of one. */
const WIDE = /[\u0100-\uffff]/

/** What V8 needs to join a line to those before it: two nodes of 32 bytes. */
const LINE_COST = 64

/**
 * Estimates it from chunks in which no event ended. The parser counts characters, but an endless event of short lines takes
 * thirty times as much memory as it has characters, and one whose lines hide among comments holds on to all of these.
 */
export class UnfinishedEvent {
  #characters = 0
  #lines = 0
  #isWide = false
  #cutLine = ''

  /** In bytes, or so. 0 where no line of data has come: comments alone take nothing. */
  get size(): number {
    return this.#characters * (this.#isWide ? 2 : 1) + this.#lines * LINE_COST
  }

  /** What a chunk leaves in which an event has ended: only a line that is cut can be without end. Mostly nothing. */
  static after(chunk: string): UnfinishedEvent | undefined {
    if (NEWLINE_AT_END.test(chunk)) return undefined
    const newline = chunk.lastIndexOf('\n')
    const unfinished = new UnfinishedEvent()
    unfinished.add(chunk.slice(newline < 0 ? chunk.lastIndexOf('\r') : newline))
    return unfinished
  }

  add(chunk: string): void {
    const text = this.#cutLine + chunk
    const lines = text.match(DATA_LINE)?.length ?? 0
    if (lines > 0 || this.#lines > 0) {
      this.#characters += chunk.length
      this.#lines += lines
      this.#isWide ||= WIDE.test(chunk)
    }
    this.#cutLine = CUT_LINE.exec(text)?.[0] ?? ''
  }
}
