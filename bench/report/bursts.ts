/** Tables of bursts. */

import type { Row } from '../bench.ts'
import type { Throughput } from '../in-child/throughput.ts'
import type { ThroughputCell, ThroughputTables } from '../measures/throughput.ts'
import { against, figure, middle, ratio, rowOf, table, titleOf, withRatio } from './table.ts'

export const cpu = ({ cpuPerMessage }: Throughput): number => cpuPerMessage

/** The burst of messages as long as a model's tokens: 100 per chunk in bulk, 1 as they are generated. */
export function tokenCell(tables: ThroughputTables | undefined, inChunk: number): ThroughputCell | undefined {
  return tables?.cells.find(({ size, per }) => size === 176 && per === inChunk)
}

/** One table per size. */
export function burstTables({ cells }: ThroughputTables): string {
  const sizes = [...new Set(cells.map(({ size }) => size))]
  return sizes
    .map((size) =>
      tableOf(
        size,
        cells.filter((cell) => cell.size === size),
      ),
    )
    .join('\n\n')
}

function tableOf(size: number, columns: ThroughputCell[]): string {
  const alone = columns.find(({ per }) => per === 1)
  const rows = (columns[0]?.rows ?? []).map(({ contender }) => [
    titleOf(contender),
    ...columns.map(({ rows }) => withRatio(rowOf(rows, contender), rowOf(rows, 'baseline'), cpu)),
    ...(alone ? [ratio(middle(rowOf(alone.rows, contender), ({ waitsPerMessage }) => waitsPerMessage))] : []),
  ])
  const head = ['', ...columns.map(({ per }) => `${per} per chunk`), ...(alone ? ['waits at 1'] : [])]
  return `Messages of ${size.toLocaleString('en')} bytes:\n\n${table(head, rows)}`
}

/** Times relative to the native EventSource. */
export function pacedTable(rows: Row<{ wallPerMessage: number; cpuPerMessage?: number }>[]): string {
  const hasCPU = rows.some(({ samples }) => samples.some(({ cpuPerMessage }) => cpuPerMessage !== undefined))
  const native = rowOf(rows, 'native')
  return table(
    ['', ...(hasCPU ? ['CPU, µs'] : []), 'wall time, µs'],
    rows.map((row) => [
      titleOf(row.contender),
      ...(hasCPU ? [withRatio(row, native, ({ cpuPerMessage }) => cpuPerMessage ?? NaN)] : []),
      withRatio(row, native, ({ wallPerMessage }) => wallPerMessage),
    ]),
  )
}

/** One burst with all figures. */
export function mainTable({ rows }: ThroughputCell): string {
  const baseline = rowOf(rows, 'baseline')
  return table(
    ['', 'CPU per message, µs', 'relative to the baseline'],
    rows.map((row) => [titleOf(row.contender), figure(middle(row, cpu)), ratio(against(row, baseline, cpu))]),
  )
}
