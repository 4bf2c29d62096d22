/** The tables of bursts. */

import type { Row } from '../bench.ts'
import type { Throughput } from '../inside/throughput.ts'
import type { ThroughputCell } from '../measures/throughput.ts'
import { figure, middle, ratio, rowOf, table, titleOf, withRatio } from './table.ts'

export const cpu = (row: Row<Throughput> | undefined): number => middle(row, ({ cpuPerMessage }) => cpuPerMessage)

/** The burst that stands for the others: as the tokens of a model are, when they come in bulk. */
export function mainCell(cells: ThroughputCell[] | undefined): ThroughputCell | undefined {
  return cells?.find(({ size, per, pace }) => size === 176 && per === 100 && pace === undefined)
}

/** The messages that come one by one. */
export function pacedCell(cells: ThroughputCell[] | undefined): ThroughputCell | undefined {
  return cells?.find(({ pace }) => pace !== undefined)
}

/** One for each size, one for messages that come alone. */
export function burstTables(cells: ThroughputCell[]): string {
  const bursts = cells.filter(({ pace }) => pace === undefined)
  const sizes = [...new Set(bursts.map(({ size }) => size))]
  const tables = sizes.map((size) => {
    const columns = bursts.filter((cell) => cell.size === size)
    const rows = (columns[0]?.rows ?? []).map(({ contender }) => [
      titleOf(contender),
      ...columns.map(({ rows }) => withRatio(cpu(rowOf(rows, contender)), cpu(rowOf(rows, 'floor')))),
    ])
    const head = ['', ...columns.map(({ per }) => `${per} per chunk`)]
    return `Messages of ${size.toLocaleString('en')} bytes:\n\n${table(head, rows)}`
  })
  const paced = pacedCell(cells)
  return [...tables, ...(paced ? [aloneTable(paced)] : [])].join('\n\n')
}

function aloneTable({ size, pace = 0, rows }: ThroughputCell): string {
  const lines = rows.map((row) => [
    titleOf(row.contender),
    withRatio(cpu(row), cpu(rowOf(rows, 'floor'))),
    ratio(middle(row, ({ waitsPerMessage }) => waitsPerMessage)),
  ])
  return `Messages of ${size} bytes, alone, one each ${pace} µs. How often the process waited, per message, says whether they were:

${table(['', 'CPU, µs', 'waits'], lines)}`
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
