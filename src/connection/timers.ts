/** The delay before the next attempt, and timeouts. */

import { onOnline } from '../platform/page.ts'
import { chooseQueueTask } from '../platform/platform.ts'

/** In ms. Prevents a request storm on a server that closes immediately. */
export const MIN_DELAY = 100

/** The longest timer delay, in ms. A longer one would fire immediately. */
export const MAX_DELAY = 2 ** 31 - 1

/** Clamps a delay so that it neither causes a request storm nor overflows a timer. */
export function clampDelay(ms: number): number {
  return Math.min(Math.max(MIN_DELAY, ms), MAX_DELAY)
}

export interface Wait {
  /** Resolves after the delay, or never if canceled. */
  readonly over: Promise<void>
  cancel(): void
}

/**
 * @param ms at most 2^31-1
 * @param isFixed whether to wait even if the page is back online earlier
 */
export function startWait(ms: number, isFixed = false): Wait {
  let resolve!: () => void
  const over = new Promise<void>((given) => {
    resolve = given
  })
  const unsubscribe = isFixed ? undefined : onOnline(end)
  const timer = setTimeout(end, ms)
  function end(): void {
    cancel()
    resolve()
  }
  function cancel(): void {
    clearTimeout(timer)
    unsubscribe?.()
  }
  return { over, cancel }
}

export const TIMED_OUT = Symbol('timed out')

/** Resolves with the result of the work, or `TIMED_OUT` after `ms` (0 for no limit). Aborting the signal stops the timer. */
export async function withTimeout<T>(ms: number, work: Promise<T>, signal: AbortSignal): Promise<T | typeof TIMED_OUT> {
  if (ms === 0 || ms === Infinity || signal.aborted) return work
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = (): void => {
    clearTimeout(timer)
  }
  const limit = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(
      () => {
        // If a listener blocked the runtime that long, data that arrived meanwhile is handled first.
        chooseQueueTask()(() => {
          resolve(TIMED_OUT)
        })
      },
      Math.min(ms, MAX_DELAY),
    )
  })
  // The work may ignore the signal and never settle.
  signal.addEventListener('abort', stop)
  return Promise.race([work, limit]).finally(() => {
    stop()
    signal.removeEventListener('abort', stop)
  })
}
