/** The delay before the next attempt, and timeouts. */

import { onceOnline } from '../platform/page.ts'
import { chooseQueueTask } from '../platform/platform.ts'
import type { BodyReader, ConnectionSink } from './exchange.ts'
import { AttemptError } from './failure.ts'

/** In ms. Prevents a request storm on a server that closes immediately. */
export const MIN_DELAY = 100

/** The longest timer delay, in ms. A longer one would fire immediately. */
const MAX_DELAY = 2 ** 31 - 1

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
  const unsubscribe = isFixed ? undefined : onceOnline(end)
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

/**
 * Makes reads reject after `ms` without a byte (0 for no limit). The timer only runs while the sink is waiting for data.
 */
export function withIdleTimeout(
  reader: BodyReader,
  ms: number,
  signal: AbortSignal,
  sink: Pick<ConnectionSink, 'demand'>,
): BodyReader {
  if (ms === 0) return reader
  return {
    async read() {
      const read = reader.read()
      for (;;) {
        const result = await withTimeout(ms, read, signal)
        if (result !== TIMED_OUT) return result
        const demanded = sink.demand()
        if (!demanded) throw new AttemptError({ reason: 'timeout', message: `sent nothing for ${ms} ms` })
        await Promise.race([demanded, read])
      }
    },
  }
}
