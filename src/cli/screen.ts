/** Writes to stdout and stderr, and keeps a status line at the bottom of a terminal. */

import type { WriteStream } from 'node:tty'
import { styleText } from 'node:util'

export type Output = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>
export type Format = Parameters<typeof styleText>[0]

const CLEAR_LINE = '\r\u001b[K'
const NO_WRAP = '\u001b[?7l'
const WRAP = '\u001b[?7h'
/** Minimum time between two redraws of the status line, in ms. */
const FRAME = 50

export class Screen {
  readonly #stdout: Output
  readonly #stderr: Output
  /** A status line below the output requires both streams to be terminals. */
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

  /** If so, control characters from the server must be escaped. */
  get isTerminal(): boolean {
    return this.#stdout.isTTY === true
  }

  /** The width of a line of output. */
  get columns(): number {
    return this.#stdout.columns ?? 80
  }

  /** Applies colors if the output supports them; `styleText` checks for a terminal, NO_COLOR and FORCE_COLOR. */
  style(format: Format, text: string): string {
    return styleText(format, text, { stream: this.#stdout })
  }

  /** Writes a line to stdout. Returns a promise if the caller must wait for the reader. */
  print(line: string): Promise<void> | undefined {
    this.#clear()
    const canContinue = this.#stdout.write(`${line}\n`)
    this.#schedule()
    return canContinue ? undefined : drained(this.#stdout)
  }

  /** Writes bytes of a stream to stdout, without a status line, which may not follow an unfinished line. */
  write(bytes: Uint8Array | string): Promise<void> | undefined {
    this.close()
    return this.#stdout.write(bytes) ? undefined : drained(this.#stdout)
  }

  /** Writes lines to stderr. */
  log(lines: string[], format?: Format): void {
    this.#clear()
    const stream = this.#stderr as NodeJS.WriteStream
    for (const line of lines) this.#stderr.write(`${format ? styleText(format, line, { stream }) : line}\n`)
    this.#schedule()
  }

  /** `describe` returns the text of the status line each time it is drawn. */
  set status(describe: () => string) {
    this.#describe = describe
    this.#schedule()
  }

  /** Redraws the status line. */
  refresh(): void {
    this.#schedule()
  }

  /** Removes the status line. */
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
    // A line that wraps, because of wide characters, could not be cleared.
    if (text !== '') this.#stderr.write(`${NO_WRAP}${styleText('dim', text, { stream })}${WRAP}`)
  }
}

/** Resolves when the output accepts more data or closes. */
function drained(output: Output): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      output.off('drain', finish).off('close', finish).off('error', finish)
      resolve()
    }
    output.on('drain', finish).on('close', finish).on('error', finish)
  })
}
