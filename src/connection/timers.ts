/** The wait before the next attempt, and time limits. */

import { onceOnline } from '../platform/page.ts'
import { chooseQueueTask } from '../platform/platform.ts'
import type { BodyReader, ConnectionSink } from './exchange.ts'
import { AttemptError } from './failure.ts'

/** The least wait, in ms: less would let a server that closes at once cause a storm. */
export const MIN_DELAY = 100

/** What a timer can hold, in ms; a longer delay would fire at once. */
const MAX_DELAY = 2 ** 31 - 1

/** A wait that neither causes a storm nor overflows a timer. */
export function clampDelay(ms: number): number {
  return Math.min(Math.max(MIN_DELAY, ms), MAX_DELAY)
}

export interface Wait {
  /** Resolves when the time is over; never once it is canceled. */
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

/** The end of the time, in place of a result. */
export const TIMED_OUT = Symbol('timed out')

/** The outcome of some work, or `TIMED_OUT` after so many ms (0: no limit). Once the signal is aborted the time does not end. */
export async function withTimeout<T>(ms: number, work: Promise<T>, signal: AbortSignal): Promise<T | typeof TIMED_OUT> {
  if (ms === 0 || ms === Infinity || signal.aborted) return work
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
  // The work may ignore the signal and never end.
  signal.addEventListener('abort', stop)
  return Promise.race([work, limit]).finally(() => {
    stop()
    signal.removeEventListener('abort', stop)
  })
}

/**
 * The reader, whose reads reject after so many ms (0: no limit) without a byte. The clock only runs while the sink waits for what
 * comes.
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
