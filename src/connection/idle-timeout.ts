/** The option `idleTimeout`: reads that reject after a silence, judged by the wall clock when the device wakes up. */

import { now } from '../platform/globals.ts'
import { onWake } from '../platform/page.ts'
import { chooseQueueTask, publish } from '../platform/platform.ts'
import type { BodyReader, ConnectionSink, Exchange } from './exchange.ts'
import { AttemptError } from './failure.ts'
import { createLearner, type KeepAliveLearner } from './keep-alive.ts'
import { MAX_DELAY } from './timers.ts'

/** In ms. Timers pause while the device sleeps, so frequent ones soon notice that it woke up. */
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
  return option === 'auto' ? createLearner() : option
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
  /** Whether the device may have slept during the pending read, and the read that got `GRACE` for that. */
  let hasSlept = false
  let graced: typeof rejectRead
  /** Fires at the end of the silence, unless it is paused. */
  let timer: ReturnType<typeof setTimeout> | undefined
  let clock: ReturnType<typeof setInterval> | undefined
  /** When the clock last ticked, unless the silence began later. */
  let ticked = 0
  /** When the silence began, on both clocks. */
  let since = 0
  let wallSince = 0
  let lastArrival = now()
  learner?.opened(lastArrival)
  const unsubscribe = onWake(() => {
    hasSlept = true
    judge()
  })
  // The body may ignore the signal.
  controller.signal.addEventListener('abort', stop)

  function stop(): void {
    clearTimeout(timer)
    clearInterval(clock)
    rejectRead = undefined
    unsubscribe()
  }

  function currentLimit(): number {
    return typeof limit === 'object' ? limit.limit : limit
  }

  /** The silence begins. */
  function restart(): void {
    since = ticked = now()
    wallSince = Date.now()
    const ms = currentLimit()
    if (ms !== Infinity) setTimer(ms)
    // Without a limit, a learner still has to know which gaps a sleep or a busy program has stretched.
    else if (!learner) return
    clock ??= setInterval(() => {
      judge()
      ticked = now()
    }, CHECK_INTERVAL)
  }

  function setTimer(left: number): void {
    const ms = Math.min(left, MAX_DELAY)
    clearTimeout(timer)
    const due = now() + ms
    timer = setTimeout(() => {
      if (now() - due > LATE) hasSlept = true
      if (left > ms) setTimer(left - ms)
      else expire()
    }, ms)
  }

  /** The silence by the monotonic clock, or by the wall clock if the device slept. Notices that it did. */
  function measureSilence(): number {
    const elapsed = now() - since
    const wallElapsed = Date.now() - wallSince
    const isAhead = wallElapsed - elapsed >= MIN_SLEEP
    if (isAhead || (clock !== undefined && now() - ticked > CHECK_INTERVAL + LATE)) hasSlept = true
    return isAhead ? wallElapsed : elapsed
  }

  /** Does not rely on timers, which pause while the device sleeps. During the grace, its timer decides. */
  function judge(): void {
    if (measureSilence() >= currentLimit() && graced !== rejectRead) expire()
  }

  /** The silence has lasted as long as it may. */
  function expire(): void {
    const reject = rejectRead
    if (!reject) return
    try {
      const demanded = sink.demand()
      if (demanded) {
        demanded.then(() => {
          if (rejectRead === reject) restart()
        }, reject)
      } else if (hasSlept && graced !== reject) {
        graced = reject
        setTimer(GRACE)
      } else {
        // If a listener blocked the runtime that long, data that arrived meanwhile is handled first.
        chooseQueueTask()(() => {
          if (rejectRead === reject) giveUp(reject)
        })
      }
    } catch (error) {
      // A bug or a hostile realm.
      reject(error)
    }
  }

  function giveUp(reject: NonNullable<typeof rejectRead>): void {
    const ms = currentLimit()
    stop()
    // After a sleep, the silence says nothing about the server.
    if (!hasSlept) learner?.alarm(now())
    reject(new AttemptError({ reason: 'timeout', message: `sent nothing for ${ms} ms` }))
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
    if (learner?.arrived(result.value, at)) {
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
