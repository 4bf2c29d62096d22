/** Time limits. */

import { chooseQueueTask } from '../platform/platform.ts'
import { MAX_DELAY } from './reconnect.ts'

/** What is no answer but the end of the time for one. */
export const TIMED_OUT = Symbol('timed out')

/**
 * The outcome of something, or `TIMED_OUT` after so many ms (0: no limit), which aborts the request; what then comes of it is
 * dropped.
 */
export async function within<T>(ms: number, work: Promise<T>, request: AbortController): Promise<T | typeof TIMED_OUT> {
  if (ms === 0) return work
  const outcome = await inTime(ms, work, request.signal)
  if (outcome === TIMED_OUT) request.abort()
  return outcome
}

/** The same, but it aborts nothing; the signal ends the time. */
export async function inTime<T>(ms: number, work: Promise<T>, signal: AbortSignal): Promise<T | typeof TIMED_OUT> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = (): void => {
    clearTimeout(timer)
  }
  const limit = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(
      () => {
        // Where a listener has kept the runtime busy for that long, what has come meanwhile gets its turn first.
        chooseQueueTask()(() => {
          resolve(TIMED_OUT)
        })
      },
      Math.min(ms, MAX_DELAY),
    )
  })
  // The work may know nothing of signals and never end.
  signal.addEventListener('abort', stop)
  return Promise.race([work, limit]).finally(() => {
    stop()
    signal.removeEventListener('abort', stop)
  })
}
