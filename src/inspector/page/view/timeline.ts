/** The timeline of the connection, as a drawing and as an accessible list. */

import { clock, counted, duration, grouped, timeOfDay } from '../format.ts'
import { isFailure, type Recording, type Step } from '../recording.ts'
import type { Session } from '../session.ts'
import { byId, make, setText } from './dom.ts'

const SVG = 'http://www.w3.org/2000/svg'
const HEIGHT = 112
const BAR = { top: 26, height: 20 }
/** Position and height of the message marks. */
const TICKS = { bottom: 88, least: 6, most: 34 }
const AXIS = 106
/** Characters shown of a `Last-Event-ID`. */
const MAX_ID = 14
/** Rows of the list. */
const MAX_ROWS = 100

export class Timeline {
  readonly #svg = byId('timeline', SVGSVGElement)
  readonly #window = byId('timeline-window', HTMLSelectElement)
  readonly #list = byId('steps', HTMLOListElement)
  readonly #note = byId('steps-note', HTMLElement)
  readonly #retry = byId('retry', HTMLElement)
  readonly #keepAlive = byId('keep-alive', HTMLElement)
  #shown: Recording | undefined
  #listed = 0

  render({ recording, reconnectionTime, observer }: Session, now: number): void {
    this.#draw(recording, now)
    this.#write(recording)
    setText(this.#retry, duration(reconnectionTime))
    const { interval } = observer.keepAlive
    setText(this.#keepAlive, interval ? duration(interval) : 'unknown')
  }

  #draw(recording: Recording, now: number): void {
    const width = Math.max(this.#svg.clientWidth, 200)
    const { startedAt, spans, steps, ticks, count, attempts, state } = recording
    // A closed stream no longer scrolls.
    const last = spans.at(-1)
    const end = state === 'CLOSED' ? Math.max(last?.from ?? now, ticks.at(-1)?.at ?? 0) + 500 : now
    const chosen = Number(this.#window.value) * 1_000
    const start = Math.max(startedAt, chosen > 0 ? end - chosen : startedAt)
    const place = (at: number): number => ((at - start) / Math.max(end - start, 1_000)) * width
    const parts: SVGElement[] = []

    for (const { state, from, to = end } of spans) {
      if (to < start) continue
      const x = Math.max(place(from), 0)
      const w = Math.max(place(to) - x, 1)
      parts.push(shape('rect', { x, y: BAR.top, width: w, height: BAR.height, class: `span-${state.toLowerCase()}` }))
    }
    for (const [x, sum] of columns(ticks, start, place)) {
      const height = Math.min(TICKS.least + 7 * Math.log10(sum), TICKS.most)
      parts.push(shape('rect', { x, y: TICKS.bottom - height, width: 2, height, class: 'tick' }))
    }
    parts.push(...axis(start - startedAt, end - startedAt, (ms) => place(ms + startedAt), width))
    parts.push(
      ...marks(
        steps.filter(({ at }) => at >= start),
        place,
        width,
      ),
    )
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`)
    this.#svg.replaceChildren(...parts)
    const lost = steps.filter(isFailure).length
    this.#svg.setAttribute(
      'aria-label',
      `Timeline: ${counted(attempts, 'connection')}, ${grouped(lost)} lost, ${counted(count, 'message')}. The list below has the details.`,
    )
  }

  #write(recording: Recording): void {
    if (recording !== this.#shown) {
      this.#shown = recording
      this.#listed = 0
      this.#list.replaceChildren()
    }
    const { steps, removedSteps } = recording
    const fresh = Math.min(steps.length + removedSteps - this.#listed, MAX_ROWS, steps.length)
    if (fresh === 0) return
    // The newest on top, where they are in view.
    this.#list.prepend(...steps.slice(-fresh).reverse().map(row))
    while (this.#list.childElementCount > MAX_ROWS) this.#list.lastElementChild?.remove()
    this.#listed = steps.length + removedSteps
    const hidden = this.#listed - this.#list.childElementCount
    setText(this.#note, hidden === 0 ? '' : `Showing the newest ${MAX_ROWS} entries; ${grouped(hidden)} are hidden.`)
  }
}

function row(step: Step): HTMLLIElement {
  const { at, kind, text, count } = step
  const had = isFailure(step) || kind === 'closed' ? ` ${counted(count, 'message')} so far.` : ''
  return make(
    'li',
    `step-${kind}`,
    make('span', 'step-time', timeOfDay(at)),
    ' ',
    make('span', 'step-kind', kind),
    ' ',
    `${text}${/[.!?]$/.test(text) || had === '' ? '' : '.'}${had}`,
  )
}

/** Counts the messages in each column of the drawing. */
function columns(ticks: Recording['ticks'], start: number, place: (at: number) => number): Map<number, number> {
  const found = new Map<number, number>()
  for (const { at, count } of ticks) {
    if (at < start) continue
    const x = Math.floor(place(at) / 3) * 3
    found.set(x, (found.get(x) ?? 0) + count)
  }
  return found
}

/** Marks lost connections, and the `Last-Event-ID` of reconnections. */
function marks(steps: Step[], place: (at: number) => number, width: number): SVGElement[] {
  const parts: SVGElement[] = []
  let free = 0
  for (const step of steps) {
    const { at, kind, sentId } = step
    const x = place(at)
    if (isFailure(step)) {
      const [y, r] = [BAR.top + BAR.height / 2, 5]
      const d = `M${x - r} ${y - r}L${x + r} ${y + r}M${x - r} ${y + r}L${x + r} ${y - r}`
      parts.push(shape('path', { d, class: 'mark-halo' }), shape('path', { d, class: 'mark-lost' }))
    }
    if (kind !== 'connect') continue
    parts.push(shape('path', { d: `M${x} ${BAR.top - 5}V${BAR.top + BAR.height + 5}`, class: 'mark-connect' }))
    if (sentId === undefined || x < free || x > width - 40) continue
    const label = shape('text', { x: x + 3, y: BAR.top - 8, class: 'mark-id' })
    label.textContent = `id ${sentId.length > MAX_ID ? `…${sentId.slice(-MAX_ID)}` : sentId}`
    parts.push(label)
    free = x + 12 + 7 * label.textContent.length
  }
  return parts
}

function axis(from: number, to: number, place: (ms: number) => number, width: number): SVGElement[] {
  const step =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600].find((s) => (to - from) / s / 1_000 < width / 60) ?? 7_200
  const parts: SVGElement[] = [shape('path', { d: `M0 ${TICKS.bottom}H${width}`, class: 'axis' })]
  for (let second = Math.ceil(from / 1_000 / step) * step; second * 1_000 <= to; second += step) {
    const x = place(second * 1_000)
    parts.push(shape('path', { d: `M${x} ${TICKS.bottom}v4`, class: 'axis' }))
    if (x > width - 24) continue
    const label = shape('text', { x: x + 2, y: AXIS, class: 'axis-label' })
    label.textContent = clock(second * 1_000).replace(/\.\d+$/, '')
    parts.push(label)
  }
  return parts
}

function shape(name: string, attributes: Record<string, string | number>): SVGElement {
  const element: SVGElement = document.createElementNS(SVG, name as 'rect')
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  return element
}
