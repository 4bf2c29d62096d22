/** The lamp, the figures beside it, and what is said to those who do not see them. */

import type { Session } from '../session.ts'
import { byId, duration, grouped, say } from './dom.ts'

/** In ms: a connection that comes and goes must not talk without end. */
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
  #said = ''
  #saidAt = -PAUSE

  render(session: Session, now: number): void {
    const { recording, reconnectionTime } = session
    const { state, count, messages, lastEventId, attempts } = recording
    this.#lamp.dataset.state = state
    say(this.#state, state)
    say(this.#count, grouped(count))
    say(this.#id, lastEventId === '' ? 'none' : lastEventId)
    say(this.#attempts, grouped(attempts))
    say(this.#retry, `${grouped(reconnectionTime)} ms`)
    const last = messages.at(-1)
    // After the end it would grow without telling anything.
    const until = state === 'CLOSED' ? (recording.spans.at(-1)?.from ?? now) : now
    say(this.#since, last ? duration(Math.max(until - last.at, 0)) : 'none yet')
    this.#announce(`${state}${state === 'OPEN' ? '' : `, after ${grouped(count)} messages`}`, state, now)
  }

  #announce(text: string, state: string, now: number): void {
    if (state === this.#said || now - this.#saidAt < PAUSE) return
    this.#said = state
    this.#saidAt = now
    this.#announcement.textContent = text
  }
}
