/**
 * Writes docs/background/benchmarks.md, its chart and the README's table of what has been measured last: `npm run bench:report`, and
 * at the end of each run.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { path } from '../../test/conformance/bundle.ts'
import { mainTable, tokenCell } from './bursts.ts'
import { chart } from './chart.ts'
import { benchmarksPage } from './page.ts'
import { readResults } from './results.ts'
import { table } from './table.ts'

const PAGE = path('docs/background/benchmarks.md')
const CHART = path('docs/background/benchmarks.svg')
const README = path('README.md')

/** Where the tables stand in the README. */
const SPEED = '<!-- The figures of speed -->'
const SIZE = '<!-- The figures of size -->'
const END = '<!-- Their end -->'

export async function writeReport(): Promise<void> {
  const results = readResults()
  await write(PAGE, benchmarksPage(results))
  const cell = tokenCell(results.throughput?.measured, 100)
  if (cell) {
    writeFileSync(CHART, chart(cell))
    await writeInReadme(SPEED, mainTable(cell))
  }
  const startUp = results['start-up']?.measured
  if (startUp) await writeInReadme(SIZE, sizeTable(startUp.sizes))
}

async function writeInReadme(mark: string, text: string): Promise<void> {
  const page = readFileSync(README, 'utf8')
  const start = page.indexOf(mark)
  const end = page.indexOf(END, start)
  if (start < 0 || end < 0) throw new Error(`the README lacks the marks ${mark} and ${END}`)
  await write(README, `${page.slice(0, start + mark.length)}\n\n${text}\n\n${page.slice(end)}`)
}

/** The packages that run in pages. */
function sizeTable(sizes: { title: string; gzipped: number }[]): string {
  const rows = sizes.filter(({ title }) => !/^(?:the parser|launchdarkly)/.test(title))
  return table(
    ['minified and gzipped', 'kB'],
    rows.map(({ title, gzipped }) => [title, (gzipped / 1_000).toFixed(1)]),
  )
}

async function write(file: string, content: string): Promise<void> {
  writeFileSync(file, await format(content, { ...(await resolveConfig(file)), filepath: file }))
}

if (process.argv[1] === import.meta.filename) await writeReport()
