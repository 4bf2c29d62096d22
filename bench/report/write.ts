/** Writes docs/background/benchmarks.md and its chart from the latest results: `npm run bench:report`, and at the end of each run. */

import { writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { path } from '../../test/conformance/bundle.ts'
import { tokenCell } from './bursts.ts'
import { chart } from './chart.ts'
import { benchmarksPage } from './page.ts'
import { readResults } from './results.ts'

const PAGE = path('docs/background/benchmarks.md')
const CHART = path('docs/background/benchmarks.svg')

export async function writeReport(): Promise<void> {
  const results = readResults()
  const options = { ...(await resolveConfig(PAGE)), filepath: PAGE }
  writeFileSync(PAGE, await format(benchmarksPage(results), options))
  const cell = tokenCell(results.throughput?.measured, 100)
  if (cell) writeFileSync(CHART, chart(cell))
}

if (process.argv[1] === import.meta.filename) await writeReport()
