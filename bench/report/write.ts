/**
 * Writes docs/benchmarks.md, its chart and the README's table of what has been measured last: `npm run bench:report`, and
 * at the end of each run.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { path } from '../../test/conformance/bundle.ts'
import { mainTable, tokenCell } from './bursts.ts'
import { chart } from './chart.ts'
import { benchmarksPage } from './page.ts'
import { readResults } from './results.ts'

const PAGE = path('docs/benchmarks.md')
const CHART = path('docs/benchmarks.svg')
const README = path('README.md')

/** Where the table stands in the README. */
const MARKS = ['<!-- The figures of speed -->', '<!-- Their end -->'] as const

export async function writeReport(): Promise<void> {
  const results = readResults()
  await write(PAGE, benchmarksPage(results))
  const cell = tokenCell(results.throughput?.measured, 100)
  if (!cell) return
  writeFileSync(CHART, chart(cell))
  const page = readFileSync(README, 'utf8')
  const [start, end] = MARKS.map((mark) => page.indexOf(mark)) as [number, number]
  if (start < 0 || end < start) throw new Error(`the README lacks the marks ${MARKS.join(' and ')}`)
  await write(README, `${page.slice(0, start + MARKS[0].length)}\n\n${mainTable(cell)}\n\n${page.slice(end)}`)
}

async function write(file: string, content: string): Promise<void> {
  writeFileSync(file, await format(content, { ...(await resolveConfig(file)), filepath: file }))
}

if (process.argv[1] === import.meta.filename) await writeReport()
