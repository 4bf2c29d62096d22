/** Markdown tables and their numbers. */

import { median, type Row } from '../bench.ts'
import { CONTENDERS } from '../contenders/list.ts'

/** A table whose first column is text; the others are numbers. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`
  return [head, head.map((_, index) => (index === 0 ? '---' : '--:')), ...rows].map(line).join('\n')
}

/** The median of a figure over the samples of a row; NaN if the row is void. */
export function middle<Sample>(row: Row<Sample> | undefined, figure: (sample: Sample) => number): number {
  return row === undefined || row.void !== undefined ? NaN : median(row.samples.map(figure))
}

/**
 * The ratio of one row to another: the median of each round's ratio, because the speed of the machine varies between rounds.
 * NaN if one of them is void.
 */
export function against<Sample>(
  row: Row<Sample> | undefined,
  base: Row<Sample> | undefined,
  figure: (sample: Sample) => number,
): number {
  if (row?.void !== undefined || base?.void !== undefined || !row || !base) return NaN
  const bases = base.samples.map(figure)
  return median(row.samples.map((sample, round) => figure(sample) / (bases[round] ?? NaN)))
}

export function rowOf<Sample>(rows: Row<Sample>[] | undefined, contender: string): Row<Sample> | undefined {
  return rows?.find((row) => row.contender === contender)
}

/** Contenders that only run in browsers. */
const IN_BROWSERS: Record<string, string> = {
  native: 'native `EventSource`',
  'everysource-shared': 'everysource, `SharedEventSource`',
}

export function titleOf(contender: string): string {
  return IN_BROWSERS[contender] ?? CONTENDERS[contender]?.title ?? contender
}

/** For example `0.327`, `4.21`, `57.8` and `1,234`; `void` for NaN. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return 'void'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** For example `1.05`; `void` for NaN. */
export function ratio(value: number): string {
  return Number.isNaN(value) ? 'void' : value.toFixed(value >= 10 ? 1 : 2)
}

/** The median of a row, and its ratio to another. */
export function withRatio<Sample>(
  row: Row<Sample> | undefined,
  base: Row<Sample> | undefined,
  take: (sample: Sample) => number,
): string {
  const value = middle(row, take)
  return Number.isNaN(value) ? 'void' : `${figure(value)} (${ratio(against(row, base, take))})`
}
