/** Runs the native `EventSource` on the same stream for comparison. */

import { Comparison } from './comparison.ts'
import { STATES, type State } from './recording.ts'
import type { Wanted } from './request.ts'
import { forwardedURL } from './routes.ts'

/** How often to compare states, in ms. */
const EVERY = 250

export class SideBySide {
  readonly comparison = new Comparison()
  /** Event types that the native source didn't listen for, so they are not compared. */
  readonly unknown = new Set<string>()
  errors = 0
  lastEventId = ''
  readonly #native: globalThis.EventSource
  readonly #known: Set<string>
  readonly #timer: ReturnType<typeof setInterval>

  /**
   * @param forward URL of the local server's forwarding endpoint
   * @param ours returns the state of the everysource source
   */
  constructor({ url, route, types, closeAt }: Wanted, forward: string, ours: () => State, onChange: () => void) {
    this.#native = new globalThis.EventSource(route === 'direct' ? url : forwardedURL(forward, url))
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
        this.comparison.received('native', { type, lastEventId, data }, performance.now())
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

  /** Called for each message of the everysource source. */
  received(type: string, lastEventId: string, data: string): void {
    if (this.#known.has(type)) this.comparison.received('ours', { type, lastEventId, data }, performance.now())
    else this.unknown.add(type)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#native.close()
  }
}
