/** The browser's own `EventSource` on the same stream, and what differs. */

import { Comparison } from './comparison.ts'
import { STATES, type State } from './recording.ts'
import type { Wanted } from './request.ts'
import { forwardedURL } from './ways.ts'

/** How often to compare states, in ms. */
const EVERY = 250

export class SideBySide {
  readonly comparison = new Comparison()
  /** Types that the native one has not been told of from the beginning: they are not compared. */
  readonly unknown = new Set<string>()
  errors = 0
  lastEventId = ''
  readonly #native: globalThis.EventSource
  readonly #known: Set<string>
  readonly #timer: ReturnType<typeof setInterval>

  /**
   * @param forward where the local server forwards
   * @param ours the state of ours
   */
  constructor({ url, way, types, closeAt }: Wanted, forward: string, ours: () => State, onChange: () => void) {
    this.#native = new globalThis.EventSource(way === 'direct' ? url : forwardedURL(forward, url))
    this.#known = new Set(['message', ...types])
    this.#native.addEventListener('error', (event) => {
      if (event instanceof MessageEvent) return
      this.errors++
      onChange()
    })
    for (const type of this.#known) {
      this.#native.addEventListener(type, (event) => {
        if (!(event instanceof MessageEvent)) return
        const { data, lastEventId } = event as MessageEvent<string>
        this.lastEventId = lastEventId
        this.comparison.heard('native', { type, lastEventId, data }, performance.now())
        if (closeAt !== '' && (type === closeAt || data === closeAt)) this.#native.close()
        onChange()
      })
    }
    this.#timer = setInterval(() => {
      const now = performance.now()
      this.comparison.settle(now)
      this.comparison.states(ours(), this.state, now)
      onChange()
    }, EVERY)
  }

  get state(): State {
    return STATES[this.#native.readyState] ?? 'CLOSED'
  }

  /** A message came to ours. */
  heard(type: string, lastEventId: string, data: string): void {
    if (this.#known.has(type)) this.comparison.heard('ours', { type, lastEventId, data }, performance.now())
    else this.unknown.add(type)
  }

  /** A person has closed it. */
  close(): void {
    clearInterval(this.#timer)
    this.#native.close()
  }
}
