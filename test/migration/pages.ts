/** Reads the tables and programs of docs/migration. */

import { readFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'
import { blocksOf } from '../docs/blocks.ts'

/** A page about another package. */
export interface Page {
  /** The first column of the table under this heading. */
  firstColumn: (heading: string) => string[]
  /** The programs before and after. */
  before: string
  after: string
}

export function readPage(file: string): Page {
  const page = `docs/migration/${file}`
  const lines = readFileSync(path(page), 'utf8').split('\n')
  const blocks = blocksOf(page)
  const program = (name: string): string =>
    blocks.find((block) => block.name === `Before and after: ${name}`)?.text ?? ''
  return {
    firstColumn: (heading) => {
      const from = lines.indexOf(`## ${heading}`)
      const first = lines.findIndex((line, i) => i > from && line.startsWith('|')) + 2
      const end = lines.findIndex((line, i) => i >= first && !line.startsWith('|'))
      return from === -1
        ? []
        : lines.slice(first, end === -1 ? undefined : end).map((line) => line.split('|')[1]?.trim() ?? '')
    },
    before: program('Before'),
    after: program('After'),
  }
}

/** All words in backticks. */
export function namesIn(cells: string[]): Set<string> {
  const code = cells.flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, text = '']) => text))
  return new Set(code.flatMap((text) => Array.from(text.matchAll(/\[Symbol\.\w+\]|\w+/g), String)))
}
