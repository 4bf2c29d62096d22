/** One row of the list. */

import { bytesOf, duration, hueOf, size, timeOfDay } from '../format.ts'
import { isFailure, type Entry } from '../recording.ts'
import { make } from './dom.ts'

/** Characters of the data to show. */
const PREVIEW = 400
/** Characters up to which the exact size is worth computing. */
const MAX_MEASURED = 1_000_000

export function createRow(): HTMLDivElement {
  const cells = ['number', 'time', 'since', 'type', 'id', 'size', 'data'].map((name) => {
    const cell = make('span', `c-${name}`)
    cell.setAttribute('role', 'gridcell')
    return cell
  })
  const row = make('div', 'row', ...cells)
  row.setAttribute('role', 'row')
  return row
}

export function fillRow(row: HTMLElement, entry: Entry): void {
  row.id = `row-${entry.index}`
  row.className = `row row-${entry.kind}`
  row.dataset.failure = String(isFailure(entry))
  const [number, time, since, type, id, bytes, data] = row.children as Iterable<Element> as HTMLElement[]
  if (!number || !time || !since || !type || !id || !bytes || !data) return
  time.textContent = timeOfDay(entry.at)
  type.replaceChildren(typeChip(entry))
  if (entry.kind === 'message') {
    number.textContent = String(entry.number)
    since.textContent = entry.since === undefined ? '' : `+${duration(entry.since)}`
    id.textContent = entry.lastEventId
    bytes.textContent = size(entry.data.length > MAX_MEASURED ? entry.data.length : bytesOf(entry.data))
    data.textContent = entry.data.slice(0, PREVIEW).replaceAll('\n', '⏎')
  } else {
    number.textContent = since.textContent = bytes.textContent = ''
    id.textContent = entry.sentId ?? ''
    data.textContent = entry.text
  }
}

/** The type in its color, or the kind of step. */
export function typeChip(entry: Entry): HTMLElement {
  const chip = make('span', 'chip', entry.kind === 'message' ? entry.type : entry.kind)
  if (entry.kind === 'message' && entry.type !== 'message') {
    chip.classList.add('colored')
    chip.style.setProperty('--hue', String(hueOf(entry.type)))
  }
  return chip
}
