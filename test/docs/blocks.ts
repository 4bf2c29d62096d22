/** Reads the code blocks of documentation pages. */

import { readFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'

export interface Block {
  /** The headings above it, numbered from the second block on: `Proxies: Bun (2)`. */
  name: string
  language: string
  text: string
}

const HEADING = /^(#{2,3}) (.*)$/
const FENCE = /^( *)```(.*)$/

/** @param page such as `docs/getting-started.md` */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  let headings: string[] = []
  let open: { indent: string; language: string; lines: string[] } | undefined
  for (const line of readFileSync(path(page), 'utf8').split('\n')) {
    const [, indent, language] = FENCE.exec(line) ?? []
    const [, level, heading] = HEADING.exec(line) ?? []
    if (open && language === '') {
      const name = unused(headings.join(': ') || 'At the top', blocks)
      blocks.push({ name, language: open.language, text: `${open.lines.join('\n')}\n` })
      open = undefined
    } else if (open) {
      open.lines.push(line.slice(open.indent.length))
    } else if (indent !== undefined && language !== undefined) {
      open = { indent, language, lines: [] }
    } else if (level !== undefined && heading !== undefined) {
      headings = level === '##' ? [heading] : [...headings.slice(0, 1), heading]
    }
  }
  if (open) throw new Error(`${page}: a code block is not closed`)
  return blocks
}

/** Returns one block of a page. */
export function blockOf(page: string, name: string): Block {
  const found = blocksOf(page).find((block) => block.name === name)
  if (!found) throw new Error(`${page} has no block ${name}`)
  return found
}

function unused(name: string, blocks: Block[]): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name} (${n})`
    if (!blocks.some((block) => block.name === candidate)) return candidate
  }
}

/** Replaces texts, and throws if one is missing. */
export function replaced(text: string, replacements: Record<string, string>): string {
  return Object.entries(replacements).reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`The block does not contain ${from}`)
    return result.replaceAll(from, to)
  }, text)
}
