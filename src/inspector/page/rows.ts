/** The rows that the list shows: all of a recording, or those that match a filter. Independent of the DOM. */

import { isFailure, type Entry, type Recording } from './recording.ts'

/** Shows only messages, only steps of the connection, or only messages of a type. */
export type Kind = 'all' | 'messages' | 'steps' | { type: string }

export interface Filter {
  /** Part of the data, the ID or the text, in any case. */
  text: string
  kind: Kind
}

/** In ms. The time in which to look for matches before the browser gets to draw a frame. */
const BUDGET = 6
/** How many rows to check between looks at the clock. */
const AT_ONCE = 500

type Kept = Pick<Recording, 'first' | 'end' | 'entries'>

export class Rows {
  #recording: Recording
  #filter: Filter = { text: '', kind: 'all' }
  /** The matching rows; undefined without a filter. */
  #matches: Entry[] | undefined
  /** The index up to which rows were checked. */
  #checked = 0
  /** The rows as of the pause. The recording may drop them meanwhile. */
  #paused: Kept | undefined

  constructor(recording: Recording) {
    this.#recording = recording
  }

  get recording(): Recording {
    return this.#recording
  }

  get isFiltered(): boolean {
    return this.#matches !== undefined
  }

  get isPaused(): boolean {
    return this.#paused !== undefined
  }

  /** How many rows arrived while paused. */
  get waiting(): number {
    return this.#paused ? this.#recording.end - this.#paused.end : 0
  }

  get length(): number {
    return (this.#matches ?? this.#kept.entries).length
  }

  /** The index of the first row that is kept. */
  get first(): number {
    return this.#kept.first
  }

  get #kept(): Kept {
    return this.#paused ?? this.#recording
  }

  /** Shows another recording, with the same filter. */
  follow(recording: Recording): void {
    this.#recording = recording
    this.#paused = undefined
    this.filter(this.#filter)
  }

  filter(filter: Filter): void {
    this.#filter = { ...filter, text: filter.text.toLowerCase() }
    this.#matches = filter.text === '' && filter.kind === 'all' ? undefined : []
    this.#checked = 0
  }

  pause(): void {
    const { first, end, entries } = this.#recording
    this.#paused ??= { first, end, entries: [...entries] }
  }

  resume(): void {
    this.#paused = undefined
  }

  /** Removes all rows, those that wait too. */
  clear(): void {
    const { isPaused } = this
    this.#recording.clear()
    this.#paused = undefined
    if (isPaused) this.pause()
  }

  at(place: number): Entry | undefined {
    return (this.#matches ?? this.#kept.entries)[place]
  }

  /** The place of the row with this index, or of the first row after it. */
  placeOf(index: number): number {
    const matches = this.#matches
    if (!matches) return Math.min(Math.max(index - this.first, 0), this.length)
    let [low, high] = [0, matches.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((matches[middle]?.index ?? 0) < index) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The place of the next failed or lost connection after a place, or else of the first one. */
  nextFailure(place: number): number | undefined {
    const { length } = this
    for (let step = 1; step <= length; step++) {
      const candidate = (place + step + length) % length
      const entry = this.at(candidate)
      if (entry && isFailure(entry)) return candidate
    }
    return undefined
  }

  /** Looks for matches among new rows, for a limited time. Returns whether it is done. */
  update(now = () => performance.now()): boolean {
    const matches = this.#matches
    if (!matches) return true
    const { first, end, entries } = this.#kept
    if ((matches[0]?.index ?? first) < first) matches.splice(0, this.placeOf(first))
    const deadline = now() + BUDGET
    this.#checked = Math.max(this.#checked, first)
    while (this.#checked < end) {
      const until = Math.min(this.#checked + AT_ONCE, end)
      for (; this.#checked < until; this.#checked++) {
        const entry = entries[this.#checked - first]
        if (entry && matchesFilter(entry, this.#filter)) matches.push(entry)
      }
      if (now() > deadline) break
    }
    return this.#checked >= end
  }
}

function matchesFilter(entry: Entry, { text, kind }: Filter): boolean {
  const isMessage = entry.kind === 'message'
  if (kind === 'messages' && !isMessage) return false
  if (kind === 'steps' && isMessage) return false
  if (typeof kind === 'object' && !(isMessage && entry.type === kind.type)) return false
  if (text === '') return true
  const parts = isMessage ? [entry.data, entry.type, entry.lastEventId] : [entry.text]
  return parts.some((part) => part.toLowerCase().includes(text))
}
