/** Formats a message for printing. */

import type { StreamEvent } from '../decoder/stream-event.ts'
import type { Arguments } from './arguments.ts'
import { pretty, type Paint } from './pretty.ts'
import type { Screen } from './screen.ts'
import { visible, visibleJSON, visibleLine } from './visible.ts'

/** @param at when it arrived */
export function formatted(event: StreamEvent, args: Arguments, screen: Screen, at: Date): string {
  const { type, data, id } = event
  if (args.format === 'json') return formattedJSON(JSON.stringify(event), args, screen) ?? ''
  const time = screen.isTerminal ? `${timeOf(at)} ` : ''
  const name = screen.isTerminal ? visibleLine(type) : type
  const number = id === undefined ? '' : ` #${screen.isTerminal ? visibleLine(id) : id}`
  const used = args.format === 'data' ? '' : `${time}${name}${number}: `
  const text = formattedJSON(data, args, screen, used.length) ?? (screen.isTerminal ? visible(data) : data)
  if (args.format === 'data') return text
  const dim = (text: string): string => (text === '' ? '' : screen.style('dim', text))
  const start = `${dim(time)}${screen.style('cyan', name)}${dim(number)}: `
  // Indents all lines after the first.
  return start + text.replaceAll('\n', '\n  ')
}

/** Undefined if the text is printed unchanged. */
function formattedJSON(
  json: string,
  { format, pretty: isPretty }: Arguments,
  screen: Screen,
  used = 0,
): string | undefined {
  const safe = screen.isTerminal ? visibleJSON(json) : json
  const paint: Paint = (format, text) => screen.style(format, text)
  const shown = isPretty ? pretty(safe, screen.columns - used, paint) : undefined
  return shown ?? (format === 'json' ? safe : undefined)
}

/** Local time, such as `14:05:09.120` */
export function timeOf(date: Date): string {
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) =>
    String(n).padStart(2, '0'),
  )
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
