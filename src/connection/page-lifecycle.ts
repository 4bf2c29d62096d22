/** What happens to the page of a connection: it is left, enters the back/forward cache, or is hidden (`whenHidden: 'close'`). */

import { isDocumentHidden, onLeave, onPageShow, onThaw, onVisibilityChange } from '../platform/page.ts'
import { CACHED, type Failure, FROZEN } from './failure.ts'

/** In ms. A glance at another tab should not cost a request. */
const MOMENT = 2_000

/** The part of a connection that reacts. */
interface Owner {
  /** The page is gone: an iframe was removed, for example. */
  abort(): void
  /** The page enters the back/forward cache, or was frozen. */
  suspend(failure: Failure): void
  /** With `whenHidden: 'close'`: the page has been hidden for a moment, enters the cache, or was frozen. */
  pause(): void
}

export class PageLifecycle {
  readonly #owner: Owner
  readonly #closesHidden: boolean
  readonly #unsubscribes: ((() => void) | undefined)[]
  /** In ms since 1970. Infinity while the page is shown, and once `pause` has been called. */
  #hiddenAt = Infinity
  #timer: ReturnType<typeof setTimeout> | undefined
  #isCached = false
  /** Resolves the promise of `whenShown()`. */
  #onShown: (() => void) | undefined

  /** @param closesHidden for `whenHidden: 'close'` */
  constructor(owner: Owner, closesHidden: boolean) {
    this.#owner = owner
    this.#closesHidden = closesHidden
    const update = (): void => {
      this.#update()
    }
    this.#unsubscribes = [
      onLeave((isCached) => {
        this.#leave(isCached)
      }),
      onThaw(() => {
        if (closesHidden) this.#hide()
        else this.#owner.suspend(FROZEN)
      }),
      ...(closesHidden
        ? [
            onVisibilityChange(update),
            onPageShow(() => {
              this.#isCached = false
              update()
            }),
          ]
        : []),
    ]
  }

  /** With `whenHidden: 'close'`: resolves when the page is shown; undefined if it is. */
  whenShown(): Promise<void> | undefined {
    if (!this.#closesHidden || !this.#isHidden) return undefined
    return new Promise((resolve) => {
      this.#onShown = resolve
    })
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const unsubscribe of this.#unsubscribes) unsubscribe?.()
  }

  /** While it enters the cache, Chromium does not call the page hidden yet. */
  get #isHidden(): boolean {
    return this.#isCached || isDocumentHidden()
  }

  #leave(isCached: boolean): void {
    if (!isCached) this.#owner.abort()
    else if (this.#closesHidden) {
      this.#isCached = true
      this.#hide()
    } else this.#owner.suspend(CACHED)
  }

  #update(): void {
    clearTimeout(this.#timer)
    if (this.#isHidden) {
      this.#hiddenAt = Date.now()
      this.#timer = setTimeout(() => {
        this.#hide()
      }, MOMENT)
      return
    }
    // The timer stops while the page is frozen, and the connection may have died.
    if (Date.now() - this.#hiddenAt >= MOMENT) this.#hide()
    this.#hiddenAt = Infinity
    this.#onShown?.()
    this.#onShown = undefined
  }

  #hide(): void {
    this.#hiddenAt = Infinity
    // It may be waiting already.
    if (!this.#onShown) this.#owner.pause()
  }
}
