/** The selected row, with its data as JSON or as text. */

import { bytesOf, clock, duration, size, timeOfDay } from '../format.ts'
import type { Entry, Recording } from '../recording.ts'
import { button, byId, make } from './dom.ts'
import { jsonTree, parseJSON } from './json-tree.ts'
import { typeChip } from './row.ts'

/** Characters of the text to show. */
const MAX_TEXT = 200_000

export class DetailView {
  readonly #panel = byId('detail', HTMLElement)
  readonly #empty = [...this.#panel.childNodes]
  readonly #copy: (text: string, done: string) => Promise<void>
  /** Whether the user prefers text to JSON. */
  #prefersRaw = false

  constructor(copy: (text: string, done: string) => Promise<void>) {
    this.#copy = copy
  }

  begin(): void {
    this.#panel.replaceChildren(...this.#empty)
  }

  show(entry: Entry, { startedAt }: Recording): void {
    const facts: [string, string | Node][] = [
      ['Time', `${timeOfDay(entry.at)} (${clock(entry.at - startedAt)} after the start)`],
    ]
    if (entry.kind !== 'message') {
      if (entry.sentId !== undefined) facts.push(['Last-Event-ID', entry.sentId])
      this.#panel.replaceChildren(title(entry, typeChip(entry)), pairs(facts), make('p', '', entry.text))
      return
    }
    const { data, since, lastEventId } = entry
    if (since !== undefined) facts.push(['Since last', duration(since)])
    facts.push(['ID', lastEventId === '' ? 'none' : lastEventId], ['Size', size(bytesOf(data))])
    const json = parseJSON(data)
    const body = make('div', 'data')
    const toggle = button('', 'Raw text', () => {
      this.#prefersRaw = !this.#prefersRaw
      write()
    })
    const write = (): void => {
      const isRaw = !json || this.#prefersRaw
      toggle.setAttribute('aria-pressed', String(isRaw))
      body.replaceChildren(isRaw ? rawText(data) : jsonTree(json))
    }
    const copy = button('', 'Copy data', () => void this.#copy(data, 'Copied the data'))
    write()
    this.#panel.replaceChildren(
      title(entry, typeChip(entry), make('span', 'space'), ...(json ? [toggle] : []), copy),
      pairs(facts),
      body,
    )
  }
}

function title(entry: Entry, ...others: Node[]): HTMLElement {
  const name = make('h2', '', entry.kind === 'message' ? `Message ${entry.number}` : 'Connection')
  return make('div', 'title', name, ...others)
}

function pairs(facts: [string, string | Node][]): HTMLElement {
  return make('dl', 'pairs', ...facts.flatMap(([name, value]) => [make('dt', '', name), make('dd', '', value)]))
}

function rawText(data: string): HTMLElement {
  const element = make('pre', '', data.slice(0, MAX_TEXT))
  element.tabIndex = 0
  element.setAttribute('role', 'region')
  element.setAttribute('aria-label', 'Raw text')
  if (data.length > MAX_TEXT) element.append(`\n… ${size(data.length - MAX_TEXT)} more: copy the data to see all of it`)
  return element
}
