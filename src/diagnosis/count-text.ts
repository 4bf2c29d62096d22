/** Counts the lines of an event stream by kind, valid or not, as its bytes arrive. */

import type { Fault, FieldName, TextCounts } from './observation.ts'

const FIELD_NAMES: readonly string[] = ['data', 'event', 'id', 'retry'] satisfies FieldName[]
const LINE_END = /\r\n|[\r\n]/
/**
 * Matches the output of `res.write('data: x\\n\\n')`, with doubled backslashes. In JSON, at least a quotation mark would follow.
 */
const ESCAPED_END = /\\n$|\\n(?:data|event|id|retry):/
const MAX_TYPES = 20
const MAX_TEXT = 2_048
const MAX_EXAMPLE = 80
/** How many characters of a line to inspect. */
const MAX_LINE = 4_096
const BOM = '\uFEFF'

export function emptyCounts(): TextCounts {
  return {
    bytes: 0,
    lines: 0,
    blankLines: 0,
    comments: 0,
    fields: { data: 0, event: 0, id: 0, retry: 0 },
    events: 0,
    emptyEvents: 0,
    eventsWithId: 0,
    types: [],
    openData: 0,
    unfinished: 0,
    faults: {},
    beginning: '',
  }
}

/** Counts the lines of one body. */
export class TextCounter {
  readonly #counts: TextCounts
  readonly #onType: (type: string) => void
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  /** The first four bytes. */
  readonly #start: number[] = []
  /** True until the first character has been decoded. */
  #atStart = true
  /** The beginning of the unfinished line. */
  #line = ''
  /** Whether the last character was a CR, which may be half of a CRLF. */
  #endedWithCR = false
  #type = ''
  #hasId = false
  /** Lines of fields since the last blank line. */
  #openFields = 0

  /** @param onType called with the type of each event before its blank line is passed on */
  constructor(counts: TextCounts, lastEventId: string | undefined, onType: (type: string) => void = () => undefined) {
    this.#counts = counts
    this.#onType = onType
    this.#hasId = lastEventId !== undefined && lastEventId !== ''
  }

  count(chunk: Uint8Array): void {
    const counts = this.#counts
    counts.bytes += chunk.byteLength
    this.#begin(chunk)
    let text = this.#utf8.decode(chunk, { stream: true })
    if (counts.beginning.length < MAX_TEXT) counts.beginning = (counts.beginning + text).slice(0, MAX_TEXT)
    if (this.#atStart && text !== '') {
      this.#atStart = false
      if (text.startsWith(BOM)) text = text.slice(1)
    }
    if (this.#endedWithCR && text.startsWith('\n')) text = text.slice(1)
    if (text !== '') this.#endedWithCR = text.endsWith('\r')
    const lines = text.split(LINE_END)
    const rest = lines.pop() ?? ''
    for (const line of lines) {
      this.#endLine((this.#line + line).slice(0, MAX_LINE))
      this.#line = ''
      counts.unfinished = 0
    }
    counts.unfinished += rest.length
    this.#line = (this.#line + rest).slice(0, MAX_LINE)
  }

  /** Ends the body. Inspects an unfinished line for faults. */
  end(): void {
    if (this.#line !== '') this.#inspect(this.#line)
  }

  #begin(chunk: Uint8Array): void {
    const missing = 4 - this.#start.length
    if (missing === 0) return
    this.#start.push(...chunk.subarray(0, missing))
    if (this.#start.length === 4 && isUTF16(this.#start)) this.#fault('utf-16', '')
  }

  #endLine(line: string): void {
    const counts = this.#counts
    counts.lines++
    if (line === '') this.#endBlock()
    else this.#inspect(line)
  }

  #inspect(line: string): void {
    const counts = this.#counts
    if (line.includes('\uFFFD')) this.#fault('not-utf-8', line)
    if (line.startsWith(':')) {
      counts.comments++
      return
    }
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (!FIELD_NAMES.includes(name)) {
      this.#fault(faultOf(name, line), line)
      return
    }
    this.#openFields++
    counts.fields[name as FieldName]++
    if (isEscaped(value)) this.#fault('escaped', line)
    if (name === 'data') counts.openData++
    else if (name === 'event') this.#type = value
    else if (name === 'id' && !value.includes('\0')) this.#hasId = value !== ''
    else if (name === 'retry') this.#retry(value, line)
  }

  #retry(value: string, line: string): void {
    if (/^\d+$/.test(value)) this.#counts.retry = Number(value)
    else this.#fault('retry', line)
  }

  #endBlock(): void {
    const counts = this.#counts
    counts.blankLines++
    if (counts.openData > 0) {
      counts.events++
      if (this.#hasId) counts.eventsWithId++
      const type = this.#type || 'message'
      if (type !== 'message' && counts.types.length < MAX_TYPES && !counts.types.includes(type)) {
        counts.types.push(type.slice(0, MAX_EXAMPLE))
      }
      this.#onType(type)
    } else if (this.#openFields > 0 && this.#type !== '') counts.emptyEvents++
    counts.openData = this.#openFields = 0
    this.#type = ''
  }

  #fault(fault: Fault, line: string): void {
    const { faults } = this.#counts
    const seen = (faults[fault] ??= { count: 0, example: line.slice(0, MAX_EXAMPLE) })
    seen.count++
  }
}

/** Classifies a line that is not a field, a comment or blank. */
function faultOf(name: string, line: string): Fault {
  if (name.startsWith(BOM)) return 'bom'
  if (/^\s*[[{]/.test(line)) return 'json'
  return line.includes(':') && FIELD_NAMES.includes(name.trim().toLowerCase()) ? 'misspelled' : 'unframed'
}

/** Whether a line contains backslashes in place of line ends. */
export function isEscaped(line: string): boolean {
  return ESCAPED_END.test(line)
}

/** Detects a byte order mark, or a zero byte next to each of the first characters. */
function isUTF16([first, second, third, fourth]: number[]): boolean {
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true
  return (first === 0 && third === 0 && second !== 0) || (second === 0 && fourth === 0 && first !== 0)
}
