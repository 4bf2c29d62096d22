/** Formats JSON for reading. */

import type { Format } from './screen.ts'

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/g

/** A literal, or an object or array with its entries. */
interface Node {
  text: string
  key: string | undefined
  entries?: Node[]
  /** Characters on one line. */
  width: number
}

export type Paint = (format: Format, text: string) => string

/**
 * Indents JSON and paints its tokens. Objects and arrays that fit stay on one line. All values stay unchanged, such as numbers too
 * large for JavaScript. Returns undefined for text that is not an object or array.
 *
 * @param width characters of a line
 */
export function pretty(text: string, width: number, paint: Paint): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    JSON.parse(text)
    return format(parse(text.match(TOKEN) ?? []), '', width, paint)
  } catch {
    // Not JSON, or nested too deeply.
    return undefined
  }
}

function parse(tokens: string[]): Node {
  let i = 0
  const next = (key?: string): Node => {
    const text = tokens[i++] ?? ''
    if (text !== '{' && text !== '[') return { text, key, width: text.length + widthOf(key) }
    const entries: Node[] = []
    while (tokens[i] !== '}' && tokens[i] !== ']') {
      if (tokens[i] === ',') i++
      if (tokens[i + 1] === ':') {
        const name = tokens[i]
        i += 2
        entries.push(next(name))
      } else entries.push(next())
    }
    i++
    const inner = entries.reduce((sum, { width }) => sum + width + 2, 0)
    return { text, key, entries, width: inner + 2 + widthOf(key) }
  }
  return next()
}

/** With the colon and a space. */
function widthOf(key: string | undefined): number {
  return key === undefined ? 0 : key.length + 2
}

function format(node: Node, indent: string, width: number, paint: Paint): string {
  const { text, key, entries } = node
  const start = key === undefined ? '' : `${paint('blue', key)}: `
  if (!entries) return start + paint(formatOf(text), text)
  const [open, close] = text === '{' ? ['{', '}'] : ['[', ']']
  if (entries.length === 0) return `${start}${open}${close}`
  if (indent.length + node.width <= width) {
    const parts = entries.map((entry) => format(entry, '', Infinity, paint))
    return start + (text === '{' ? `{ ${parts.join(', ')} }` : `[${parts.join(', ')}]`)
  }
  const inner = `${indent}  `
  const lines = entries.map((entry) => inner + format(entry, inner, width, paint))
  return `${start}${open}\n${lines.join(',\n')}\n${indent}${close}`
}

function formatOf(literal: string): Format {
  if (literal.startsWith('"')) return 'green'
  return /^[-\d]/.test(literal) ? 'yellow' : 'magenta'
}
