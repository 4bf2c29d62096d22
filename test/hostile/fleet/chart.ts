/** The chart: how many sources attempt to connect, over time. Its colours are to be read on white and on black. */

import { createRequire } from 'node:module'
import type * as ECharts from '../../../bench/node_modules/echarts/types/dist/all.d.ts'
import { path } from '../../conformance/bundle.ts'

const TEXT = '#7a828c'
const LINES = '#7a828c40'
const ATTEMPTS = '#2f81f7'
const AWAY = '#8b949e30'

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
  // The benchmarks' own, which `npm test` does without.
  const { init } = createRequire(path('bench/package.json'))('echarts') as typeof ECharts
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  drawing.setOption({
    animation: false,
    textStyle: { color: TEXT, fontFamily: 'system-ui, sans-serif', fontSize: 13 },
    title: {
      text: `Attempts to connect in each 100 ms, of ${sources.toLocaleString('en')} sources`,
      subtext: `s since their server went; grey: there is none, for ${(away / 1_000).toFixed(1)} s`,
      textStyle: { color: TEXT, fontSize: 15 },
      subtextStyle: { color: TEXT, fontSize: 13 },
    },
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
      lineStyle: { color: ATTEMPTS, width: 1 },
      areaStyle: { color: ATTEMPTS, opacity: 0.4 },
      data: [0, ...attempts, 0].map((count, index) => [index / 10, count]),
      markArea: { silent: true, itemStyle: { color: AWAY }, data: [[{ xAxis: 0 }, { xAxis: away / 1_000 }]] },
    },
  })
  const svg = drawing.renderToSVGString()
  drawing.dispose()
  return svg
}
