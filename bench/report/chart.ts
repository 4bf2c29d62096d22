/** Chart of CPU time per message relative to the baseline. */

import type { ThroughputCell } from '../measures/throughput.ts'
import { cpu } from './bursts.ts'
import { LINES, OTHERS, OURS, svgOf, TEXT } from './drawing.ts'
import { against, ratio, rowOf, titleOf } from './table.ts'

/** Longer bars are cut and marked, to leave room for the others. */
const LONGEST = 8

const WIDTH = 800
const BAR = 30

export function chart({ size, per, rows }: ThroughputCell): string {
  const baseline = rowOf(rows, 'baseline')
  const bars = rows
    .map((row) => ({ contender: row.contender, value: against(row, baseline, cpu) }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => a.value - b.value)
  const title = {
    text: 'CPU time per message in Node, relative to the baseline',
    subtext: `${size} bytes per message, ${per} per chunk; shorter is better`,
  }
  return svgOf({ width: WIDTH, height: bars.length * BAR + 90 }, title, {
    grid: { left: 250, right: 70, top: 64, bottom: 24 },
    xAxis: {
      type: 'value',
      min: 0,
      max: LONGEST,
      axisLabel: { color: TEXT },
      splitLine: { lineStyle: { color: LINES } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(({ contender }) => titleOf(contender).replaceAll('`', '')),
      axisLabel: { color: TEXT, fontSize: 13 },
      axisLine: { lineStyle: { color: LINES } },
      axisTick: { show: false },
    },
    series: {
      type: 'bar',
      barWidth: '60%',
      data: bars.map(({ contender, value }) => ({
        value: Math.min(value, LONGEST),
        itemStyle: { color: contender.startsWith('everysource') ? OURS : OTHERS },
        label: {
          show: true,
          position: 'right',
          color: TEXT,
          formatter: value > LONGEST ? `… ${ratio(value)}` : ratio(value),
        },
      })),
    },
  })
}
