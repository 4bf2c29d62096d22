/** The chart and the two tables at the top of docs/background/benchmarks.md. */

import { mainTable, tokenCell } from './bursts.ts'
import type { Results } from './results.ts'
import { table } from './table.ts'

export function summary(results: Results): string {
  const cell = tokenCell(results.throughput?.measured, 100)
  const sizes = results['start-up']?.measured.sizes
  return [
    ...(cell
      ? ['![CPU time per message of each contender, relative to the baseline](benchmarks.svg)', mainTable(cell)]
      : []),
    ...(sizes ? ['Bundle sizes, minified by esbuild for ES2022 and gzipped:', sizeTable(sizes)] : []),
  ]
    .map((part) => `\n${part}`)
    .join('\n')
}

/** Packages that run in browsers. */
function sizeTable(sizes: { title: string; gzipped: number }[]): string {
  const rows = sizes.filter(({ title }) => !/^(?:the parser|launchdarkly)/.test(title))
  return table(
    ['minified and gzipped', 'kB'],
    rows.map(({ title, gzipped }) => [title, (gzipped / 1_000).toFixed(1)]),
  )
}
