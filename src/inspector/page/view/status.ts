/** The state, the figures beside it, and the announcements for screen readers. */

import type { Session } from '../session.ts'
import { byId, duration, grouped, setText } from './dom.ts'

/** In ms. Limits announcements for a connection that keeps dropping. */
const PAUSE = 3_000

export class StatusView {
  readonly #lamp = byId('lamp', HTMLElement)
  readonly #state = byId('state', HTMLElement)
  readonly #announcement = byId('announcement', HTMLElement)
  readonly #count = byId('count', HTMLElement)
  readonly #since = byId('since', HTMLElement)
  readonly #id = byId('last-id', HTMLElement)
  readonly #attempts = byId('attempts', HTMLElement)
  readonly #retry = byId('retry', HTMLElement)
  readonly #keepAlive = byId('keep-alive', HTMLElement)
  #announcedState = ''
  #announcedAt = -PAUSE

  render(session: Session, now: number): void {
    const { recording, reconnectionTime, observer } = session
    const { state, count, messages, lastEventId, attempts } = recording
    this.#lamp.dataset.state = state
    setText(this.#state, state)
    setText(this.#count, grouped(count))
    setText(this.#id, lastEventId === '' ? 'none' : lastEventId)
    setText(this.#attempts, grouped(attempts))
    setText(this.#retry, `${grouped(reconnectionTime)} ms`)
    const { interval } = observer.keepAlive
    setText(this.#keepAlive, interval ? duration(interval) : 'unknown')
    const last = messages.at(-1)
    // Stop counting when the stream is closed.
    const until = state === 'CLOSED' ? (recording.spans.at(-1)?.from ?? now) : now
    setText(this.#since, last ? duration(Math.max(until - last.at, 0)) : 'none yet')
    this.#announce(`${state}${state === 'OPEN' ? '' : `, after ${grouped(count)} messages`}`, state, now)
  }

  #announce(text: string, state: string, now: number): void {
    if (state === this.#announcedState || now - this.#announcedAt < PAUSE) return
    this.#announcedState = state
    this.#announcedAt = now
    this.#announcement.textContent = text
  }
}
