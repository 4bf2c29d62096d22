/** Tables in Markdown, and the numbers in them. */

import { median, type Row } from '../bench.ts'
import { CONTENDERS } from '../contenders/list.ts'

/** The first column is text, the others are numbers. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`
  return [head, head.map((_, index) => (index === 0 ? '---' : '--:')), ...rows].map(line).join('\n')
}

/** The median of a row, of what `figure` takes of each sample; NaN if the row is void. */
export function middle<Sample>(row: Row<Sample> | undefined, figure: (sample: Sample) => number): number {
  return row === undefined || row.void !== undefined ? NaN : median(row.samples.map(figure))
}

export function rowOf<Sample>(rows: Row<Sample>[] | undefined, contender: string): Row<Sample> | undefined {
  return rows?.find((row) => row.contender === contender)
}

export function titleOf(contender: string): string {
  return contender === 'native' ? 'its own `EventSource`' : (CONTENDERS[contender]?.title ?? contender)
}

/** Such as `0.327`, `4.21`, `57.8` and `1,234`; void, where there is no number. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return 'void'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Such as `1.05`. */
export function ratio(value: number): string {
  return Number.isNaN(value) ? 'void' : value.toFixed(value >= 10 ? 1 : 2)
}

/** A figure and its ratio to the floor's. */
export function withRatio(value: number, floor: number): string {
  return Number.isNaN(value) ? 'void' : `${figure(value)} (${ratio(value / floor)})`
}
