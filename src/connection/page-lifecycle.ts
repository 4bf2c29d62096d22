/** What happens to the page of a connection: it is left, enters the back/forward cache, is frozen or hidden. */

import { hasDocument, isDocumentHidden, onLeave, onPageShow, onThaw, onVisibilityChange } from '../platform/page.ts'
import { CACHED, FROZEN, type Failure } from './failure.ts'

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

export interface PageLifecycle {
  /** With `whenHidden: 'close'`: resolves when the page is shown; undefined if it is. */
  whenShown(): Promise<void> | undefined
  close(): void
}

/**
 * @param closesHidden for `whenHidden: 'close'`
 * @returns undefined without a page
 */
export function watchPage(owner: Owner, closesHidden: boolean): PageLifecycle | undefined {
  if (!hasDocument()) return undefined
  /** In ms since 1970. Infinity while the page is shown, and once `pause` has been called. */
  let hiddenAt = Infinity
  let timer: ReturnType<typeof setTimeout> | undefined
  let isCached = false
  /** Resolves the promise of `whenShown()`. */
  let onShown: (() => void) | undefined

  /** While it enters the cache, browsers do not call the page hidden yet. */
  const isHidden = (): boolean => isCached || isDocumentHidden()
  const hide = (): void => {
    hiddenAt = Infinity
    // It may be waiting already.
    if (!onShown) owner.pause()
  }
  const update = (): void => {
    clearTimeout(timer)
    if (isHidden()) {
      hiddenAt = Date.now()
      timer = setTimeout(hide, MOMENT)
      return
    }
    // The timer stops while the page is frozen, and the connection may have died.
    if (Date.now() - hiddenAt >= MOMENT) hide()
    hiddenAt = Infinity
    onShown?.()
    onShown = undefined
  }

  const unsubscribes = [
    onLeave((isPersisted) => {
      if (!isPersisted) owner.abort()
      else if (closesHidden) {
        isCached = true
        hide()
      } else owner.suspend(CACHED)
    }),
    onThaw(() => {
      if (closesHidden) hide()
      else owner.suspend(FROZEN)
    }),
  ]
  if (closesHidden) {
    unsubscribes.push(
      onVisibilityChange(update),
      onPageShow(() => {
        isCached = false
        update()
      }),
    )
  }
  return {
    whenShown() {
      if (!closesHidden || !isHidden()) return undefined
      return new Promise((resolve) => {
        onShown = resolve
      })
    },
    close() {
      clearTimeout(timer)
      for (const unsubscribe of unsubscribes) unsubscribe?.()
    },
  }
}
