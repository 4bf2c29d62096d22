/** Formats a message for printing. */

import type { StreamEvent } from '../decoder/stream-event.ts'
import type { Arguments } from './arguments.ts'
import type { Screen } from './screen.ts'
import { visible, visibleJSON, visibleLine } from './visible.ts'

/** @param at when it arrived */
export function formatted(event: StreamEvent, format: Arguments['format'], screen: Screen, at: Date): string {
  const { type, data, id } = event
  if (format === 'data') return screen.isTerminal ? visible(data) : data
  if (format === 'json') return screen.isTerminal ? visibleJSON(JSON.stringify(event)) : JSON.stringify(event)
  const name = screen.style('cyan', screen.isTerminal ? visibleLine(type) : type)
  const number = id === undefined ? '' : screen.style('dim', ` #${screen.isTerminal ? visibleLine(id) : id}`)
  // Indents all lines after the first.
  const text = (screen.isTerminal ? visible(data) : data).replaceAll('\n', '\n  ')
  return `${screen.isTerminal ? `${screen.style('dim', timeOf(at))} ` : ''}${name}${number}: ${text}`
}

/** Local time, such as `14:05:09.120` */
export function timeOf(date: Date): string {
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) =>
    String(n).padStart(2, '0'),
  )
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
