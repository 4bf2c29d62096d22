/** What is wrong with the text of a stream. */

import { isEscaped } from './count-text.ts'
import { count, ONE_EVENT, quoted, type Circumstances, type Finding } from './finding.ts'
import type { Fault, Observation, TextCounts } from './observation.ts'

/** How long in ms a blank line may take that follows lines of data. */
const FRAMING_PATIENCE = 1_000

export function inspectText(observation: Observation, circumstances: Circumstances): Finding[] {
  const { text } = observation
  const findings = Object.entries(text.faults).map(([fault, { count: times, example }]) =>
    FAULTS[fault as Fault](times, quoted(example), text.events > 0),
  )
  // Of bytes that are no UTF-8 nothing else can be said.
  const foreign = findings.filter(({ code }) => code === 'utf-16')
  if (foreign.length > 0) return foreign
  return [...findings, ...inspectBlocks(observation, circumstances, findings)]
}

/** Lines that are right, but make no event. */
function inspectBlocks({ text, end, lumps }: Observation, { now }: Circumstances, others: Finding[]): Finding[] {
  const at = end?.at ?? now
  const [first] = lumps
  const last = lumps.at(-1)
  if (!first || !last) return []
  // The rest may be on its way; but what comes in drops need not be waited for.
  const isPatient = at - last.last >= FRAMING_PATIENCE || (text.fields.data > 1 && at - first.at >= FRAMING_PATIENCE)
  const isOver = end !== undefined && end.how !== 'aborted'
  const findings: Finding[] = []
  if (text.events === 0 && (isOver || isPatient) && !others.some(({ code }) => code === 'escaped')) {
    if (text.lines === 0) {
      return [isEscaped(text.beginning) ? FAULTS.escaped(1, quoted(beginningOf(text)), false) : noLineEnd(text)]
    }
    if (text.fields.data > 0) findings.push(noBlankLine(text.fields.data))
  } else if (text.openData > 0 && end?.how === 'ended') {
    findings.push({
      code: 'cut-event',
      level: 'warning',
      seen: 'The response ended in the middle of an event, which is lost.',
      why: 'An event without its blank line is not delivered, as the standard says.',
      fix: 'End the last event with a blank line too, before the server ends the response.',
      example: ONE_EVENT,
    })
  }
  if (text.emptyEvents > 0) {
    findings.push({
      code: 'no-data',
      level: text.events === 0 ? 'error' : 'warning',
      seen: `${count(text.emptyEvents, 'event')} had a name, but no line of data.`,
      why: 'An event without data is not delivered, as the standard says.',
      fix: 'Send at least an empty line of data.',
      example: String.raw`res.write('event: ping\ndata:\n\n')`,
    })
  }
  return findings
}

function noBlankLine(lines: number): Finding {
  return {
    code: 'blank-line',
    level: 'error',
    seen: `${count(lines, 'line')} of data came, but no blank line after ${lines === 1 ? 'it' : 'them'}: no event has ended.`,
    why: 'An event ends with a blank line. Until it comes, the client keeps the lines and waits for more of the same event.',
    fix: 'End each event with two line feeds, not one.',
    example: ONE_EVENT,
  }
}

function noLineEnd(text: TextCounts): Finding {
  return {
    code: 'no-line-end',
    level: 'error',
    seen: `${count(text.bytes, 'byte')} came, but not a single line end: ${quoted(beginningOf(text))}`,
    why: 'The stream is read by lines. Text without a line end is never read.',
    fix: 'Begin each event with "data: " and end it with two line feeds.',
    example: ONE_EVENT,
  }
}

function beginningOf({ beginning }: TextCounts): string {
  return beginning.slice(0, 60)
}

type Teller = (times: number, example: string, hasEvents: boolean) => Finding

const FAULTS: Record<Fault, Teller> = {
  misspelt: (times, example) => ({
    code: 'misspelt',
    level: 'error',
    seen: `${count(times, 'line')} began with a field name that is not written right: ${example}`,
    why: 'The names are data, event, id and retry, in small letters, at the start of the line, with the colon at once after them. Lines with any other name are ignored.',
    fix: 'Write the name exactly so.',
    example: ONE_EVENT,
  }),
  json: (times, example, hasEvents) => ({
    code: 'json-lines',
    level: hasEvents ? 'warning' : 'error',
    seen: `${count(times, 'line')} of JSON came without "data:" before ${times === 1 ? 'it' : 'them'}: ${example}`,
    why: 'An event stream is not JSON lines: a line that does not begin with a field name is ignored.',
    fix: 'Put "data: " before the JSON and two line feeds after it.',
    example: String.raw`res.write('data: ' + JSON.stringify(object) + '\n\n')`,
  }),
  unframed: (times, example, hasEvents) => ({
    code: 'unframed',
    level: hasEvents ? 'warning' : 'error',
    seen: `${count(times, 'line')} came that ${times === 1 ? 'is' : 'are'} not part of any event: ${example}`,
    why: 'A line counts only if it begins with data:, event:, id: or retry:. Text with a line feed in it needs "data: " before each of its lines.',
    fix: 'Put "data: " before every line of the text, and a blank line after it.',
    example: String.raw`res.write(text.split('\n').map((line) => 'data: ' + line + '\n').join('') + '\n')`,
  }),
  escaped: (times, example, hasEvents) => ({
    code: 'escaped',
    level: hasEvents ? 'warning' : 'error',
    seen: `${count(times, 'line')} held a backslash and the letter n where a line should end: ${example}`,
    why: String.raw`The code writes "\\n", or "\n" in quotation marks that do not know it, such as single ones in PHP or the shell: no line feed is sent.`,
    fix: 'Write real line feeds: in JavaScript with one backslash, in PHP in double quotation marks, in the shell with printf.',
    example: ONE_EVENT,
  }),
  retry: (times, example) => ({
    code: 'retry-value',
    level: 'warning',
    seen: `${count(times, 'line')} of retry had a value that is no whole number: ${example}`,
    why: 'retry takes digits only, a number of milliseconds. Anything else is ignored.',
    fix: 'Write milliseconds without a unit.',
    example: String.raw`res.write('retry: 3000\n\n')`,
  }),
  'utf-16': () => ({
    code: 'utf-16',
    level: 'error',
    seen: 'The bytes look like UTF-16: they begin with its byte order mark, or every other one is zero.',
    why: 'An event stream is always read as UTF-8, whatever the Content-Type says.',
    fix: 'Have the server write UTF-8 (.NET: Encoding.UTF8; Java: StandardCharsets.UTF_8; PowerShell: -Encoding utf8).',
  }),
  bom: (times, example) => ({
    code: 'bom',
    level: 'warning',
    seen: `A byte order mark came in the middle of the stream, ${times === 1 ? 'once' : `${times} times`}: ${example}`,
    why: 'Only the one at the very start is removed. Elsewhere it becomes part of the name of a field, and the line is ignored.',
    fix: 'Write with an encoder that makes no byte order mark (.NET: new UTF8Encoding(false)).',
  }),
  'not-utf-8': (times, example) => ({
    code: 'not-utf-8',
    level: 'warning',
    seen: `${count(times, 'line')} held bytes that are no UTF-8, or the character � itself: ${example}`,
    why: 'Such bytes are read as �. The text is in another encoding, such as Latin-1, or was cut within a character.',
    fix: 'Have the server write UTF-8, and no half of a character by itself.',
  }),
}
