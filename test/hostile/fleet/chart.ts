/** The chart: how many sources attempt to connect, over time. */

import { LINES, OTHERS, OURS, svgOf, TEXT } from '../../../bench/report/drawing.ts'

const WIDTH = 800
const HEIGHT = 320

export interface FleetCurve {
  sources: number
  /** Attempts in each 100 ms since the server went. */
  attempts: number[]
  /** For how long there was no server, in ms. */
  away: number
}

export function fleetChart({ sources, attempts, away }: FleetCurve): string {
  const title = {
    text: `Attempts to connect in each 100 ms, of ${sources.toLocaleString('en')} sources`,
    subtext: `s since their server went; grey: there is none, for ${(away / 1_000).toFixed(1)} s`,
  }
  return svgOf({ width: WIDTH, height: HEIGHT }, title, {
    grid: { left: 60, right: 20, top: 64, bottom: 30 },
    xAxis: {
      type: 'value',
      min: 0,
      max: Math.ceil(attempts.length / 10),
      axisLabel: { color: TEXT },
      splitLine: { show: false },
    },
    yAxis: { type: 'value', axisLabel: { color: TEXT }, splitLine: { lineStyle: { color: LINES } } },
    series: {
      type: 'line',
      step: 'start',
      symbol: 'none',
      lineStyle: { color: OURS, width: 1 },
      areaStyle: { color: OURS, opacity: 0.4 },
      data: [0, ...attempts, 0].map((count, index) => [index / 10, count]),
      markArea: {
        silent: true,
        itemStyle: { color: OTHERS, opacity: 0.2 },
        data: [[{ xAxis: 0 }, { xAxis: away / 1_000 }]],
      },
    },
  })
}
