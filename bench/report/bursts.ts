/** The tables of bursts. */

import type { Row } from '../bench.ts'
import type { Throughput } from '../inside/throughput.ts'
import type { ThroughputCell, ThroughputTables } from '../measures/throughput.ts'
import { figure, middle, ratio, rowOf, table, titleOf, withRatio } from './table.ts'

export const cpu = (row: Row<Throughput> | undefined): number => middle(row, ({ cpuPerMessage }) => cpuPerMessage)

/** The messages of a model's tokens, so many in a chunk: 100 when they come in bulk, 1 as it makes them. */
export function tokenCell(tables: ThroughputTables | undefined, inChunk: number): ThroughputCell | undefined {
  return tables?.cells.find(({ size, per }) => size === 176 && per === inChunk)
}

/** One for each size. */
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
    ...columns.map(({ rows }) => withRatio(cpu(rowOf(rows, contender)), cpu(rowOf(rows, 'floor')))),
    ...(alone ? [ratio(middle(rowOf(alone.rows, contender), ({ waitsPerMessage }) => waitsPerMessage))] : []),
  ])
  const head = ['', ...columns.map(({ per }) => `${per} per chunk`), ...(alone ? ['waits at 1'] : [])]
  return `Messages of ${size.toLocaleString('en')} bytes:\n\n${table(head, rows)}`
}

/** Times against those of the runtime's own. */
export function pacedTable(rows: Row<{ wallPerMessage: number; cpuPerMessage?: number }>[]): string {
  const wall = (row: Row<{ wallPerMessage: number }> | undefined): number =>
    middle(row, ({ wallPerMessage }) => wallPerMessage)
  const cpu = (row: Row<{ cpuPerMessage?: number }> | undefined): number =>
    middle(row, ({ cpuPerMessage }) => cpuPerMessage ?? NaN)
  const hasCPU = rows.some(({ samples }) => samples.some(({ cpuPerMessage }) => cpuPerMessage !== undefined))
  const native = rowOf(rows, 'native')
  return table(
    ['', ...(hasCPU ? ['CPU, µs'] : []), 'wall time, µs'],
    rows.map((row) => [
      titleOf(row.contender),
      ...(hasCPU ? [withRatio(cpu(row), cpu(native))] : []),
      withRatio(wall(row), wall(native)),
    ]),
  )
}

/** The burst that stands for the others, in full. */
export function mainTable({ rows }: ThroughputCell): string {
  const floor = cpu(rowOf(rows, 'floor'))
  return table(
    ['', 'CPU per message, µs', 'ratio to the floor'],
    rows.map((row) => [titleOf(row.contender), figure(cpu(row)), ratio(cpu(row) / floor)]),
  )
}
