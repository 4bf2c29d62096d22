/** Chart of connection attempts over time. */

import type { DrawFleet } from '../../test/hostile/fleet/curve.ts'
import { LINES, OTHERS, OURS, svgOf, TEXT } from './drawing.ts'

const WIDTH = 800
const HEIGHT = 320

export const drawFleet: DrawFleet = ({ sources, attempts, downtime }) => {
  const title = {
    text: `Connection attempts per 100 ms of ${sources.toLocaleString('en')} sources`,
    subtext: `seconds since the server stopped; gray: server down for ${(downtime / 1_000).toFixed(1)} s`,
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
        data: [[{ xAxis: 0 }, { xAxis: downtime / 1_000 }]],
      },
    },
  })
}
