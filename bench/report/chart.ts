/** The chart: CPU time per message as a ratio to the floor. */

import type { ThroughputCell } from '../measures/throughput.ts'
import { cpu } from './bursts.ts'
import { LINES, OTHERS, OURS, svgOf, TEXT } from './drawing.ts'
import { against, ratio, rowOf, titleOf } from './table.ts'

/** Longer bars are cut, and their numbers say so: one of fifty would leave no room for the others. */
const LONGEST = 8

const WIDTH = 800
const BAR = 30

export function chart({ size, per, rows }: ThroughputCell): string {
  const floor = rowOf(rows, 'floor')
  const bars = rows
    .map((row) => ({ contender: row.contender, value: against(row, floor, cpu) }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => a.value - b.value)
  const title = {
    text: 'CPU time per message in Node, as a ratio to fetch, decode, parse, call',
    subtext: `${size} bytes a message, ${per} in a chunk; shorter is better`,
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
