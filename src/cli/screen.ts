/** The two outputs, and the line at the end of a terminal that says what is going on. */

import type { WriteStream } from 'node:tty'
import { styleText } from 'node:util'

export type Output = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>
export type Format = Parameters<typeof styleText>[0]

const CLEAR_LINE = '\r\u001b[K'
const NO_WRAP = '\u001b[?7l'
const WRAP = '\u001b[?7h'
/** The line is written at most that often, in ms. */
const FRAME = 50

export class Screen {
  readonly #stdout: Output
  readonly #stderr: Output
  /** Only where both are the same terminal can a line be kept below the others. */
  readonly #hasStatus: boolean
  #describe = (): string => ''
  #shown = ''
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(stdout: Output, stderr: Output, env: NodeJS.ProcessEnv) {
    this.#stdout = stdout
    this.#stderr = stderr
    this.#hasStatus = stdout.isTTY === true && stderr.isTTY === true && env.TERM !== 'dumb'
  }

  /** Whether what is printed goes to a terminal, which must not be given what commands it. */
  get isTerminal(): boolean {
    return this.#stdout.isTTY === true
  }

  /** With colours where the output shows them: it knows terminals, NO_COLOR and FORCE_COLOR. */
  style(format: Format, text: string): string {
    return styleText(format, text, { stream: this.#stdout })
  }

  /** A line of what was asked for. A promise, where the reader has to catch up. */
  print(line: string): Promise<void> | undefined {
    this.#clear()
    const hasRoom = this.#stdout.write(`${line}\n`)
    this.#schedule()
    return hasRoom ? undefined : drained(this.#stdout)
  }

  /** Lines about it. */
  tell(lines: string[], format?: Format): void {
    this.#clear()
    const stream = this.#stderr as NodeJS.WriteStream
    for (const line of lines) this.#stderr.write(`${format ? styleText(format, line, { stream }) : line}\n`)
    this.#schedule()
  }

  /** Has the last line say what this returns, in one line, whenever it is drawn. */
  set status(describe: () => string) {
    this.#describe = describe
    this.#schedule()
  }

  /** Has the last line drawn anew. */
  refresh(): void {
    this.#schedule()
  }

  /** Nothing is to follow. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#clear()
  }

  #clear(): void {
    if (this.#shown !== '') this.#stderr.write(CLEAR_LINE)
    this.#shown = ''
  }

  #schedule(): void {
    if (!this.#hasStatus || this.#timer || this.#isClosed) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#draw()
    }, FRAME).unref()
  }

  #draw(): void {
    const { columns = 0 } = this.#stderr
    const text = this.#describe().slice(0, columns > 1 ? columns - 1 : 79)
    if (text === this.#shown) return
    this.#clear()
    this.#shown = text
    const stream = this.#stderr as NodeJS.WriteStream
    // One that wraps, for its wide characters, could not be cleared.
    if (text !== '') this.#stderr.write(`${NO_WRAP}${styleText('dim', text, { stream })}${WRAP}`)
  }
}

/** Resolves when the output takes more, or never will. */
function drained(output: Output): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      output.off('drain', finish).off('close', finish).off('error', finish)
      resolve()
    }
    output.on('drain', finish).on('close', finish).on('error', finish)
  })
}
