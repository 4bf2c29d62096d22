/** The list of messages. Only the rows in view are in the document, so that any number of them scrolls smoothly. */

import { counted } from '../format.ts'
import type { Entry } from '../recording.ts'
import type { Rows } from '../rows.ts'
import { byId, setText } from './dom.ts'
import { createRow, fillRow } from './row.ts'

/** Rows to keep above and below the view. */
const OVERSCAN = 8

export class LogView {
  readonly #log = byId('log', HTMLElement)
  readonly #body = byId('rows', HTMLElement)
  readonly #empty = byId('log-empty', HTMLElement)
  readonly #jump = byId('jump', HTMLButtonElement)
  readonly #followButton = byId('follow', HTMLButtonElement)
  readonly #rows: Rows
  readonly #onSelect: (entry: Entry) => void
  /** By the index of the entry. */
  readonly #shown = new Map<number, HTMLElement>()
  readonly #free: HTMLElement[] = []
  #selected: number | undefined
  #follows = true
  /** The index of the first row that has not been in view yet. */
  #seen = 0
  /** The first row in view. */
  #anchor = { index: 0, place: 0 }
  /** Where the page itself scrolled to. */
  #placedAt = 0
  #rowHeight = 27
  #isMeasured = false

  /** @param onSelect called when the user selects a row */
  constructor(rows: Rows, onSelect: (entry: Entry) => void) {
    this.#rows = rows
    this.#onSelect = onSelect
    this.#log.addEventListener('scroll', () => {
      // The event of the page's own scrolling may come after the user has turned following off.
      if (this.#log.scrollTop !== this.#placedAt) this.#setFollows(this.#isAtEnd())
      this.render()
    })
    this.#log.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !this.#moves(event.key)) return
      event.preventDefault()
    })
    this.#body.addEventListener('click', ({ target }) => {
      const row = target instanceof Element ? target.closest('.row') : null
      if (row) this.select(Number(row.id.slice('row-'.length)))
    })
    this.#jump.addEventListener('click', () => {
      this.toEnd()
      this.#log.focus()
    })
    this.#followButton.addEventListener('click', () => {
      if (this.#follows) this.#setFollows(false)
      else this.toEnd()
    })
    new ResizeObserver(() => {
      this.#isMeasured = false
      this.render()
    }).observe(this.#log)
  }

  /** Starts over with another recording. */
  begin(): void {
    this.#selected = undefined
    this.#seen = 0
    this.#anchor = { index: 0, place: 0 }
    for (const index of this.#shown.keys()) this.#recycle(index)
    this.#setFollows(true)
  }

  /** Returns whether all rows were checked for matches; otherwise, call it again in the next frame. */
  render(): boolean {
    const rows = this.#rows
    const isDone = rows.update()
    const { length } = rows
    if (isDone && !this.#follows) this.#keepPlace()
    this.#body.style.height = `${length * this.#rowHeight}px`
    this.#log.setAttribute('aria-rowcount', String(length + 1))
    if (this.#follows) {
      // While it waits for the rest of the matches, the end is not the end.
      if (isDone || length > 0) this.#scrollTo(this.#log.scrollHeight)
      this.#seen = rows.recording.end
    }
    this.#draw(length)
    const { isFiltered, recording } = rows
    const reason = isFiltered
      ? 'No row matches the filter.'
      : recording.count > 0
        ? 'No messages since the list was cleared.'
        : 'No messages yet.'
    const hint = recording.attempts === 0 ? 'Connect to a stream to see its messages.' : reason
    setText(this.#empty, length > 0 ? '' : hint)
    const place = Math.floor(this.#log.scrollTop / this.#rowHeight)
    this.#anchor = { index: rows.at(place)?.index ?? 0, place }
    const unseen = this.#follows ? 0 : length - rows.placeOf(this.#seen)
    this.#jump.hidden = unseen === 0
    if (unseen > 0) setText(this.#jump, `↓ ${counted(unseen, 'new row')}`)
    return isDone
  }

  /** Selects an entry by its index, and scrolls to it if necessary. */
  select(index: number): void {
    const place = this.#rows.placeOf(index)
    const entry = this.#rows.at(place)
    if (entry?.index !== index) return
    this.#selected = index
    if (place < this.#rows.length - 1) this.#setFollows(false)
    this.#reveal(place)
    this.render()
    this.#onSelect(entry)
  }

  /** Selects the row that many rows below the selected one. */
  move(by: number): void {
    const { length } = this.#rows
    if (length === 0) return
    const isKept = this.#selected !== undefined && this.#selected >= this.#rows.first
    const from = isKept ? this.#place : by > 0 ? this.#firstVisible - 1 : length
    this.#selectPlace(Math.min(Math.max(from + by, 0), length - 1))
  }

  toStart(): void {
    this.#selectPlace(0)
    this.#setFollows(false)
  }

  toEnd(): void {
    this.#setFollows(true)
    this.render()
  }

  /** Selects the next lost connection or refused response. Returns whether there is one. */
  toNextFailure(): boolean {
    const place = this.#rows.nextFailure(this.#selected === undefined ? -1 : this.#place)
    if (place !== undefined) this.#selectPlace(place)
    return place !== undefined
  }

  get #place(): number {
    return this.#rows.placeOf(this.#selected ?? 0)
  }

  get #firstVisible(): number {
    return Math.ceil(this.#log.scrollTop / this.#rowHeight)
  }

  #selectPlace(place: number): void {
    const entry = this.#rows.at(place)
    if (entry) this.select(entry.index)
  }

  #moves(key: string): boolean {
    const page = Math.max(Math.floor(this.#log.clientHeight / this.#rowHeight) - 2, 1)
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }
    const step = steps[key]
    if (step !== undefined) this.move(step)
    else if (key === 'Home') this.toStart()
    else if (key === 'End') this.#selectPlace(this.#rows.length - 1)
    else return false
    return true
  }

  #isAtEnd(): boolean {
    const { scrollTop, clientHeight, scrollHeight } = this.#log
    return scrollTop + clientHeight >= scrollHeight - 4
  }

  #setFollows(follows: boolean): void {
    if (this.#follows && !follows) this.#seen = this.#rows.recording.end
    this.#follows = follows
    this.#followButton.setAttribute('aria-pressed', String(follows))
  }

  /** Keeps the rows in view there when rows above them are removed, or the filter changes. */
  #keepPlace(): void {
    const { index, place } = this.#anchor
    const moved = this.#rows.placeOf(index) - place
    if (moved === 0) return
    this.#body.style.height = `${this.#rows.length * this.#rowHeight}px`
    this.#scrollTo(this.#log.scrollTop + moved * this.#rowHeight)
  }

  #reveal(place: number): void {
    const top = place * this.#rowHeight
    const { scrollTop } = this.#log
    const height = this.#log.clientHeight - this.#rowHeight
    // Otherwise, the browser limits the position to the rows drawn so far.
    this.#body.style.height = `${this.#rows.length * this.#rowHeight}px`
    if (top < scrollTop) this.#scrollTo(top)
    else if (top + this.#rowHeight > scrollTop + height) this.#scrollTo(top + this.#rowHeight - height)
  }

  #scrollTo(top: number): void {
    this.#log.scrollTop = top
    this.#placedAt = this.#log.scrollTop
  }

  /** Returns whether the height of a row has changed. It depends on the width of the window and the font size. */
  #measure(): boolean {
    const height = this.#body.firstElementChild?.getBoundingClientRect().height ?? 0
    this.#isMeasured = height > 0
    if (height === 0 || height === this.#rowHeight) return false
    this.#rowHeight = height
    return true
  }

  #draw(length: number): void {
    const count = Math.ceil(this.#log.clientHeight / this.#rowHeight)
    const from = Math.max(Math.min(Math.floor(this.#log.scrollTop / this.#rowHeight), length - count) - OVERSCAN, 0)
    const to = Math.min(from + count + 2 * OVERSCAN, length)
    const wanted: Entry[] = []
    for (let place = from; place < to; place++) {
      const entry = this.#rows.at(place)
      if (entry) wanted.push(entry)
    }
    const indexes = new Set(wanted.map(({ index }) => index))
    for (const index of this.#shown.keys()) if (!indexes.has(index)) this.#recycle(index)
    let next = this.#body.firstElementChild
    for (const [offset, entry] of wanted.entries()) {
      const row = this.#rowFor(entry)
      row.style.top = `${(from + offset) * this.#rowHeight}px`
      row.setAttribute('aria-rowindex', String(from + offset + 2))
      row.setAttribute('aria-selected', String(entry.index === this.#selected))
      // In the order of the list, for screen readers.
      if (row === next) next = row.nextElementSibling
      else this.#body.insertBefore(row, next)
    }
    if (!this.#isMeasured && this.#measure()) {
      this.render()
      return
    }
    const active = this.#selected !== undefined && this.#shown.has(this.#selected)
    if (active) this.#log.setAttribute('aria-activedescendant', `row-${this.#selected ?? ''}`)
    else this.#log.removeAttribute('aria-activedescendant')
  }

  #rowFor(entry: Entry): HTMLElement {
    const existing = this.#shown.get(entry.index)
    if (existing) return existing
    const row = this.#free.pop() ?? createRow()
    fillRow(row, entry)
    this.#shown.set(entry.index, row)
    return row
  }

  #recycle(index: number): void {
    const row = this.#shown.get(index)
    this.#shown.delete(index)
    if (!row) return
    row.remove()
    this.#free.push(row)
  }
}
