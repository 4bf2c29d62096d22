/** Finds problems in the text of a stream. */

import { isEscaped } from './count-text.ts'
import { count, ONE_EVENT, quoted, type Context, type Finding } from './finding.ts'
import type { Fault, Observation, TextCounts } from './observation.ts'

/** How long a blank line may take to follow lines of data, in ms. */
const BLANK_LINE_DELAY = 1_000

export function inspectText(observation: Observation, context: Context): Finding[] {
  const { text } = observation
  const findings = Object.entries(text.faults).map(([fault, { count: times, example }]) =>
    FAULTS[fault as Fault](times, quoted(example), text.events > 0),
  )
  // In UTF-16, the other findings would be noise.
  const utf16 = findings.filter(({ code }) => code === 'utf-16')
  if (utf16.length > 0) return utf16
  return [...findings, ...inspectBlocks(observation, context, findings)]
}

/** Inspects valid lines that don't form an event. */
function inspectBlocks({ text, end, bursts }: Observation, { now }: Context, others: Finding[]): Finding[] {
  const at = end?.at ?? now
  const [first] = bursts
  const last = bursts.at(-1)
  if (!first || !last) return []
  // The blank line may still be on its way. Don't wait for data that arrives line by line.
  const isLate = at - last.last >= BLANK_LINE_DELAY || (text.fields.data > 1 && at - first.at >= BLANK_LINE_DELAY)
  const isOver = end !== undefined && end.how !== 'aborted'
  const findings: Finding[] = []
  if (text.events === 0 && (isOver || isLate) && !others.some(({ code }) => code === 'escaped')) {
    if (text.lines === 0) {
      return [isEscaped(text.beginning) ? FAULTS.escaped(1, quoted(beginningOf(text)), false) : noLineEnd(text)]
    }
    if (text.fields.data > 0) findings.push(noBlankLine(text.fields.data))
  } else if (text.openData > 0 && end?.how === 'ended') {
    findings.push({
      code: 'cut-event',
      level: 'warning',
      seen: 'The response ended in the middle of an event, which is lost.',
      why: 'The standard discards an event without a blank line after it.',
      fix: 'Send a blank line after the last event too, before closing the response.',
      example: ONE_EVENT,
    })
  }
  if (text.emptyEvents > 0) {
    findings.push({
      code: 'no-data',
      level: text.events === 0 ? 'error' : 'warning',
      seen: `${count(text.emptyEvents, 'event')} had a type, but no data.`,
      why: 'The standard discards an event without data.',
      fix: 'Send at least an empty data field.',
      example: String.raw`res.write('event: ping\ndata:\n\n')`,
    })
  }
  return findings
}

function noBlankLine(lines: number): Finding {
  return {
    code: 'blank-line',
    level: 'error',
    seen: `Received ${count(lines, 'line')} of data, but no blank line after ${lines === 1 ? 'it' : 'them'}.`,
    why: 'An event ends with a blank line. Until then, the client buffers the lines and waits for the rest of the event.',
    fix: 'End each event with two line feeds, not one.',
    example: ONE_EVENT,
  }
}

function noLineEnd(text: TextCounts): Finding {
  return {
    code: 'no-line-end',
    level: 'error',
    seen: `Received ${count(text.bytes, 'byte')}, but no line end: ${quoted(beginningOf(text))}`,
    why: 'A stream is parsed line by line. Text without a line end is never parsed.',
    fix: 'Begin each event with "data: " and end it with two line feeds.',
    example: ONE_EVENT,
  }
}

function beginningOf({ beginning }: TextCounts): string {
  return beginning.slice(0, 60)
}

type Describe = (times: number, example: string, hasEvents: boolean) => Finding

const FAULTS: Record<Fault, Describe> = {
  misspelled: (times, example) => ({
    code: 'misspelled',
    level: 'error',
    seen: `${count(times, 'line')} had a misspelled field name: ${example}`,
    why: 'The names are data, event, id and retry, in lower case, without spaces before the name or the colon. Lines with any other name are ignored.',
    fix: 'Spell the name exactly like that.',
    example: ONE_EVENT,
  }),
  json: (times, example, hasEvents) => ({
    code: 'json-lines',
    level: hasEvents ? 'warning' : 'error',
    seen: `Received ${count(times, 'line')} of JSON without "data:" before ${times === 1 ? 'it' : 'them'}: ${example}`,
    why: 'An event stream is not JSON lines. Lines that do not begin with a field name are ignored.',
    fix: 'Put "data: " before the JSON and two line feeds after it.',
    example: String.raw`res.write('data: ' + JSON.stringify(object) + '\n\n')`,
  }),
  unframed: (times, example, hasEvents) => ({
    code: 'unframed',
    level: hasEvents ? 'warning' : 'error',
    seen: `Received ${count(times, 'line')} that ${times === 1 ? 'is' : 'are'} not part of any event: ${example}`,
    why: 'Only lines that begin with data:, event:, id: or retry: count. Text of several lines needs "data: " before each line.',
    fix: 'Put "data: " before every line of the text, and a blank line after it.',
    example: String.raw`res.write(text.split('\n').map((line) => 'data: ' + line + '\n').join('') + '\n')`,
  }),
  escaped: (times, example, hasEvents) => ({
    code: 'escaped',
    level: hasEvents ? 'warning' : 'error',
    seen: `${count(times, 'line')} contained a backslash and the letter n instead of a line feed: ${example}`,
    why: String.raw`The code writes "\\n", or "\n" in quotes that do not support escapes, such as single quotes in PHP or the shell.`,
    fix: 'Write real line feeds: one backslash in JavaScript, double quotes in PHP, printf in the shell.',
    example: ONE_EVENT,
  }),
  retry: (times, example) => ({
    code: 'retry-value',
    level: 'warning',
    seen: `${count(times, 'retry line')} had an invalid value: ${example}`,
    why: 'retry must be a whole number of milliseconds, in digits only. Other values are ignored.',
    fix: 'Write milliseconds without a unit.',
    example: String.raw`res.write('retry: 3000\n\n')`,
  }),
  'utf-16': () => ({
    code: 'utf-16',
    level: 'error',
    seen: 'The stream looks like UTF-16: it begins with its byte order mark, or every other byte is zero.',
    why: 'An event stream is always decoded as UTF-8. The Content-Type has no effect on that.',
    fix: 'Make the server write UTF-8 (.NET: Encoding.UTF8; Java: StandardCharsets.UTF_8; PowerShell: -Encoding utf8).',
  }),
  bom: (times, example) => ({
    code: 'bom',
    level: 'warning',
    seen: `Found ${count(times, 'byte order mark')} in the middle of the stream: ${example}`,
    why: 'Only a byte order mark at the very start is removed. Elsewhere it becomes part of a field name, and the line is ignored.',
    fix: 'Use an encoder without a byte order mark (.NET: new UTF8Encoding(false)).',
  }),
  'not-utf-8': (times, example) => ({
    code: 'not-utf-8',
    level: 'warning',
    seen: `${count(times, 'line')} contained invalid UTF-8, or the character � itself: ${example}`,
    why: 'Invalid bytes are decoded as �. The text is in another encoding, such as Latin-1, or was cut within a character.',
    fix: 'Make the server write UTF-8, and never part of a character.',
  }),
}
