/** Draws charts, in colors readable on light and dark backgrounds. */

import { init, type EChartsOption } from 'echarts'

export const TEXT = '#7a828c'
export const LINES = '#7a828c40'
export const OURS = '#2f81f7'
export const OTHERS = '#8b949e'

/** Returns the chart as SVG. */
export function svgOf(
  { width, height }: { width: number; height: number },
  { text, subtext }: { text: string; subtext: string },
  option: EChartsOption,
): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width, height })
  drawing.setOption({
    animation: false,
    textStyle: { color: TEXT, fontFamily: 'system-ui, sans-serif', fontSize: 13 },
    title: { text, subtext, textStyle: { color: TEXT, fontSize: 15 }, subtextStyle: { color: TEXT, fontSize: 13 } },
    ...option,
  })
  const svg = drawing.renderToSVGString()
  drawing.dispose()
  return svg
}
