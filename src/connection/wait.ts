/** The wait before the next attempt. */

import { onceOnline } from '../platform/page.ts'

export interface Wait {
  /** Resolves when the time is over or the page is back online; never once it is cancelled. */
  readonly over: Promise<void>
  cancel(): void
}

/** @param ms at most 2^31-1 */
export function startWait(ms: number): Wait {
  let cancel = (): void => undefined
  const over = new Promise<void>((resolve) => {
    const end = (): void => {
      cancel()
      resolve()
    }
    const timer = setTimeout(end, ms)
    const forget = onceOnline(end)
    cancel = () => {
      clearTimeout(timer)
      forget?.()
    }
  })
  return {
    over,
    cancel: () => {
      cancel()
    },
  }
}
