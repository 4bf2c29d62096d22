/** JSON as a tree that folds. Parts are created when they are first opened, so large data opens at once. */

import { counted, grouped } from '../format.ts'
import { button, make } from './dom.ts'

/** Members shown at once. */
const MAX_MEMBERS = 200
/** Objects with more members start folded, except at the top. */
const MAX_OPEN = 20
const MAX_DEPTH = 3

/** Parses an object or an array; undefined for any other text. */
export function parseJSON(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text) as object
  } catch {
    return undefined
  }
}

export function jsonTree(value: object): HTMLElement {
  return make('div', 'json', branch('', value, 0))
}

function node(label: string, value: unknown, depth: number): HTMLElement {
  if (typeof value === 'object' && value !== null) return branch(label, value, depth)
  const kind = value === null ? 'null' : typeof value
  return make('div', 'leaf', ...key(label), make('span', `json-${kind}`, JSON.stringify(value)))
}

function branch(label: string, value: object, depth: number): HTMLElement {
  const isArray = Array.isArray(value)
  const members: [string, unknown][] = Object.entries(value)
  const noun = isArray ? 'item' : 'key'
  const summary = make(
    'summary',
    '',
    ...key(label),
    make('span', 'json-count', `${isArray ? '[…]' : '{…}'} ${counted(members.length, noun)}`),
  )
  const element = make('details', '', summary)
  let isFilled = false
  const fill = (): void => {
    if (isFilled) return
    isFilled = true
    addMembers(element, members, 0, depth)
  }
  element.addEventListener('toggle', () => {
    if (element.open) fill()
  })
  if (depth === 0 || (depth < MAX_DEPTH && members.length <= MAX_OPEN)) {
    fill()
    element.open = true
  }
  return element
}

function addMembers(parent: HTMLElement, members: [string, unknown][], from: number, depth: number): void {
  const to = from + MAX_MEMBERS
  parent.append(...members.slice(from, to).map(([label, value]) => node(label, value, depth + 1)))
  const rest = members.length - to
  if (rest <= 0) return
  const more = button('', `Show ${grouped(Math.min(rest, MAX_MEMBERS))} more of ${grouped(rest)}`, () => {
    more.remove()
    addMembers(parent, members, to, depth)
  })
  parent.append(more)
}

function key(label: string): Node[] {
  return label === '' ? [] : [make('span', 'json-key', label), new Text(': ')]
}
