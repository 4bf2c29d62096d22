/** The option `idleTimeout`: reads that reject after a silence, judged by the wall clock when the device wakes up. */

import { now } from '../platform/globals.ts'
import { onWake } from '../platform/page.ts'
import { chooseQueueTask, publish } from '../platform/platform.ts'
import type { BodyReader, ConnectionSink, Exchange } from './exchange.ts'
import { AttemptError } from './failure.ts'
import { endsOf, KeepAliveLearner } from './keep-alive.ts'

/** In ms. Timers pause while the device sleeps, so a short one soon notices that it woke up. */
const CHECK_INTERVAL = 2_000
/** In ms. A timer this late means that the page was frozen, or the process was stopped or busy. */
const LATE = 1_000
/** In ms. After waking, data that arrived meanwhile may take this long to be delivered. */
const GRACE = 500
/** In ms. If the wall clock gains less than this on the monotonic clock, it may have been corrected, by NTP for example. */
const MIN_SLEEP = 10_000
/** In ms. If the next read starts later than this, the data may have waited for it. */
const PROMPT = 100

/** In ms (0 for none), or learned. */
export type IdleLimit = number | KeepAliveLearner

export function idleLimit(option: number | 'auto'): IdleLimit {
  return option === 'auto' ? new KeepAliveLearner() : option
}

/** The members that `console.log` shows for `idleTimeout: 'auto'`. */
export function previewOfLimit(limit: IdleLimit): object {
  if (typeof limit === 'number') return {}
  return limit.interval ? { idleTimeout: limit.limit, keepAliveInterval: limit.interval } : { idleTimeout: 'auto' }
}

/**
 * Makes reads reject after a silence. Time counts only while a read is pending and the sink is waiting for data.
 *
 * @param source for diagnostics
 */
export function limitSilence(
  reader: BodyReader,
  limit: IdleLimit,
  { controller }: Pick<Exchange, 'controller'>,
  sink: Pick<ConnectionSink, 'demand'>,
  source: object,
): BodyReader {
  if (limit === 0) return reader
  const learner = typeof limit === 'object' ? limit : undefined
  /** Rejects the pending read. */
  let rejectRead: ((error: unknown) => void) | undefined
  /** Whether the device slept during the pending read, or may have, and the read that got `GRACE` for that. */
  let hasSlept = false
  let graced: typeof rejectRead
  let timer: ReturnType<typeof setTimeout> | undefined
  /** When the timer should fire. */
  let due = Infinity
  /** When the silence began, on both clocks. */
  let since = 0
  let wallSince = 0
  /** The part of it that timers have counted, for tests that replace timers but not the clocks. */
  let counted = 0
  let lastArrival = now()
  learner?.opened(lastArrival)
  const unsubscribe = onWake(() => {
    check(true)
  })
  // The body may ignore the signal.
  controller.signal.addEventListener('abort', stop)

  function stop(): void {
    clearTimeout(timer)
    rejectRead = undefined
    unsubscribe()
  }

  function currentLimit(): number {
    return typeof limit === 'object' ? limit.limit : limit
  }

  /** The silence begins. */
  function restart(): void {
    since = now()
    wallSince = Date.now()
    counted = 0
    schedule(currentLimit())
  }

  function schedule(left: number): void {
    clearTimeout(timer)
    due = Infinity
    if (left === Infinity) return
    const ms = Math.min(left, CHECK_INTERVAL)
    due = now() + ms
    timer = setTimeout(() => {
      counted += ms
      check()
    }, ms)
  }

  function check(isWake = false): void {
    try {
      if (rejectRead) judge(rejectRead, isWake)
    } catch (error) {
      // A bug or a hostile realm.
      rejectRead?.(error)
    }
  }

  /** The time since then, by the wall clock if the device slept, which is noted. */
  function measureSilence(): number {
    const elapsed = now() - since
    const wallElapsed = Date.now() - wallSince
    const isAhead = wallElapsed - elapsed >= MIN_SLEEP
    if (isAhead || now() - due > LATE) hasSlept = true
    return Math.max(counted, isAhead ? wallElapsed : elapsed)
  }

  function judge(reject: NonNullable<typeof rejectRead>, isWake: boolean): void {
    const ms = currentLimit()
    const silence = measureSilence()
    if (isWake) hasSlept = true
    if (silence < ms) {
      schedule(ms - silence)
      return
    }
    const demanded = sink.demand()
    if (demanded) {
      demanded.then(() => {
        if (rejectRead === reject) restart()
      }, reject)
    } else if (graced !== reject && hasSlept) {
      graced = reject
      schedule(GRACE)
    } else if (!isWake) {
      // If a listener blocked the runtime that long, data that arrived meanwhile is handled first.
      chooseQueueTask()(() => {
        if (rejectRead !== reject) return
        stop()
        learner?.alarm(now())
        reject(new AttemptError({ reason: 'timeout', message: `sent nothing for ${ms} ms` }))
      })
    }
  }

  function arrived(result: ReadableStreamReadResult<unknown> | undefined): void {
    rejectRead = undefined
    clearTimeout(timer)
    // A caller's fetch may return anything, which is an error elsewhere.
    if (!result || result.done) {
      stop()
      return
    }
    const at = now()
    measureSilence()
    if (hasSlept) learner?.skip(at)
    if (learner?.arrived(endsOf(result.value), at)) {
      publish('keep-alive', () => ({ source, interval: learner.interval, idleTimeout: learner.limit }))
    }
    lastArrival = at
  }

  return {
    read() {
      if (now() - lastArrival > PROMPT) learner?.skip(now())
      return new Promise((resolve, reject) => {
        rejectRead = reject
        hasSlept = false
        restart()
        const fail = (error: unknown): void => {
          stop()
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a caller's fetch may throw anything
          reject(error)
        }
        // A caller's fetch may return a plain value.
        Promise.resolve(reader.read()).then((result) => {
          try {
            arrived(result)
            resolve(result)
          } catch (error) {
            // A bug or a hostile realm.
            fail(error)
          }
        }, fail)
      })
    },
  }
}
