/** The state, the figures beside it, and the announcements for screen readers. */

import { counted, duration, grouped, inTime } from '../format.ts'
import type { Session } from '../session.ts'
import { byId, setText } from './dom.ts'

/** In ms. Limits announcements for a connection that keeps dropping. */
const PAUSE = 3_000

export class StatusView {
  readonly #lamp = byId('lamp', HTMLElement)
  readonly #state = byId('state', HTMLElement)
  readonly #detail = byId('state-detail', HTMLElement)
  readonly #announcement = byId('announcement', HTMLElement)
  readonly #count = byId('count', HTMLElement)
  readonly #since = byId('since', HTMLElement)
  readonly #id = byId('last-id', HTMLElement)
  readonly #attempts = byId('attempts', HTMLElement)
  readonly #title = document.title
  #announcedState = ''
  #announcedAt = -PAUSE

  render({ recording, wanted }: Session, now: number): void {
    const { state, count, lastMessageAt, lastEventId, attempts, reconnectsAt } = recording
    this.#lamp.dataset.state = state
    setText(this.#state, state)
    const { host, pathname } = wanted.url
    const name = wanted.url.origin === location.origin ? pathname : host + pathname
    const short = pathname === '/' ? host : pathname
    setText(this.#detail, reconnectsAt === undefined ? short : inTime(Math.max(reconnectsAt - now, 0)))
    this.#detail.title = wanted.url.href
    setText(this.#count, grouped(count))
    setText(this.#id, lastEventId === '' ? '–' : lastEventId)
    this.#id.title = lastEventId
    setText(this.#attempts, grouped(attempts))
    // Stop counting when the stream is closed.
    const until = state === 'CLOSED' ? (recording.spans.at(-1)?.from ?? now) : now
    setText(this.#since, lastMessageAt === undefined ? '–' : duration(Math.max(until - lastMessageAt, 0)))
    const title = `${state === 'OPEN' ? '●' : state === 'CLOSED' ? '○' : '◐'} ${name} · ${this.#title}`
    if (document.title !== title) document.title = title
    this.#announce(`${state}${state === 'OPEN' ? '' : `, after ${counted(count, 'message')}`}`, state, now)
  }

  #announce(text: string, state: string, now: number): void {
    if (state === this.#announcedState || now - this.#announcedAt < PAUSE) return
    this.#announcedState = state
    this.#announcedAt = now
    this.#announcement.textContent = text
  }
}
