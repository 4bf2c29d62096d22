/** The option `idleTimeout`: reads that reject after a silence, judged by the wall clock when the device wakes up. */

import { now } from '../platform/globals.ts'
import { onWake } from '../platform/page.ts'
import { chooseQueueTask, publish } from '../platform/platform.ts'
import type { BodyReader, ConnectionSink } from './exchange.ts'
import { AttemptError } from './failure.ts'
import { KeepAliveLearner } from './keep-alive.ts'

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

export function idleLimit(option: number | 'auto', source: object): IdleLimit {
  if (option !== 'auto') return option
  return new KeepAliveLearner(({ interval, limit }) => {
    publish('keep-alive', () => ({ source, interval, idleTimeout: limit }))
  })
}

/** What `console.log` shows of `idleTimeout: 'auto'`. */
export function previewOfLimit(limit: IdleLimit): object {
  if (typeof limit === 'number') return {}
  return limit.interval ? { idleTimeout: limit.limit, keepAliveInterval: limit.interval } : { idleTimeout: 'auto' }
}

/** Makes reads reject after a silence. Time counts only while a read is pending and the sink is waiting for data. */
export function limitSilence(
  reader: BodyReader,
  limit: IdleLimit,
  signal: AbortSignal,
  sink: Pick<ConnectionSink, 'demand'>,
): BodyReader {
  return limit === 0 ? reader : new IdleTimeout(reader, limit, signal, sink)
}

type Reject = (error: unknown) => void

class IdleTimeout implements BodyReader {
  readonly #reader: BodyReader
  readonly #limit: IdleLimit
  readonly #learner: KeepAliveLearner | undefined
  readonly #sink: Pick<ConnectionSink, 'demand'>
  readonly #unsubscribe: (() => void) | undefined
  /** Rejects the pending read. */
  #reject: Reject | undefined
  /** The read that got `GRACE`. */
  #graced: unknown
  #timer: ReturnType<typeof setTimeout> | undefined
  /** When the timer should fire. */
  #due = Infinity
  /** When the silence began, on both clocks. */
  #since = 0
  #wallSince = 0
  /** What the timers have counted of it, for tests that replace timers but not the clocks. */
  #counted = 0
  #lastArrival = now()

  constructor(reader: BodyReader, limit: IdleLimit, signal: AbortSignal, sink: Pick<ConnectionSink, 'demand'>) {
    this.#reader = reader
    this.#limit = limit
    this.#learner = typeof limit === 'object' ? limit : undefined
    this.#learner?.opened(this.#lastArrival)
    this.#sink = sink
    this.#unsubscribe = onWake(() => {
      this.#check(true)
    })
    // The body may ignore the signal.
    signal.addEventListener('abort', this.#stop)
  }

  read(): Promise<ReadableStreamReadResult<unknown>> {
    if (now() - this.#lastArrival > PROMPT) this.#learner?.skip()
    return new Promise((resolve, reject) => {
      this.#reject = reject
      this.#restart()
      // A caller's fetch may return a plain value.
      Promise.resolve(this.#reader.read()).then(
        (result) => {
          this.#reject = undefined
          this.#arrived(result)
          resolve(result)
        },
        (error: unknown) => {
          this.#stop()
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a caller's fetch may throw anything
          reject(error)
        },
      )
    })
  }

  get #ms(): number {
    const limit = this.#limit
    return typeof limit === 'object' ? limit.limit : limit
  }

  #arrived({ done, value }: ReadableStreamReadResult<unknown>): void {
    const at = now()
    if (done) this.#stop()
    else {
      clearTimeout(this.#timer)
      if (at - this.#due > LATE) this.#learner?.skip()
      this.#learner?.arrived((value as Uint8Array | undefined)?.[0], at)
      this.#lastArrival = at
    }
  }

  /** The silence begins. */
  #restart(): void {
    this.#since = now()
    this.#wallSince = Date.now()
    this.#counted = 0
    this.#schedule(this.#ms)
  }

  #schedule(left: number): void {
    clearTimeout(this.#timer)
    this.#due = Infinity
    if (left === Infinity) return
    const ms = Math.min(left, CHECK_INTERVAL)
    this.#due = now() + ms
    this.#timer = setTimeout(() => {
      this.#counted += ms
      this.#check(false)
    }, ms)
  }

  #check(isWake: boolean): void {
    const reject = this.#reject
    try {
      if (reject) this.#judge(reject, isWake)
    } catch (error) {
      // A bug or a hostile realm.
      reject?.(error)
    }
  }

  #judge(reject: Reject, isWake: boolean): void {
    const limit = this.#ms
    const elapsed = now() - this.#since
    const wallElapsed = Date.now() - this.#wallSince
    const hasSlept = wallElapsed - elapsed >= MIN_SLEEP
    const silence = Math.max(this.#counted, hasSlept ? wallElapsed : elapsed)
    if (silence < limit) {
      this.#schedule(limit - silence)
      return
    }
    const demanded = this.#sink.demand()
    if (demanded) {
      demanded.then(() => {
        if (this.#reject === reject) this.#restart()
      }, reject)
    } else if (this.#graced !== reject && (isWake || hasSlept || now() - this.#due > LATE)) {
      this.#graced = reject
      this.#schedule(GRACE)
    } else if (!isWake) {
      // If a listener blocked the runtime that long, data that arrived meanwhile is handled first.
      chooseQueueTask()(() => {
        if (this.#reject !== reject) return
        this.#stop()
        this.#learner?.alarm(now())
        reject(new AttemptError({ reason: 'timeout', message: `sent nothing for ${limit} ms` }))
      })
    }
  }

  readonly #stop = (): void => {
    clearTimeout(this.#timer)
    this.#reject = undefined
    this.#unsubscribe?.()
  }
}
