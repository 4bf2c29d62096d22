/** Says what becomes of the connection: in the line at the end of the terminal and, if that is wanted, in lines of its own. */

import type { ConnectionError } from '../connection/connection-error.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import { seconds, type Finding } from '../diagnosis/finding.ts'
import type { Observation } from '../diagnosis/observation.ts'
import { timeOf } from './print-event.ts'
import type { Screen } from './screen.ts'
import { visibleLine } from './visible.ts'

type State = { phase: 'connecting' } | { phase: 'open' } | { phase: 'waiting'; until: number; why: string }

/** How often the line changes by itself, and silence is thought about, in ms. */
const TICK = 1_000

export class Narrator {
  readonly #screen: Screen
  readonly #isVerbose: boolean
  readonly #host: string
  readonly #told = new Set<string>()
  readonly #timer: NodeJS.Timeout
  #observations: readonly Observation[] = []
  #state: State = { phase: 'connecting' }
  #messages = 0
  #lastAt = 0
  #retry: number | undefined
  #hasAnswered = false
  #hasComplained = false

  constructor(screen: Screen, url: string, isVerbose: boolean) {
    this.#screen = screen
    this.#isVerbose = isVerbose
    this.#host = new URL(url).host
    this.#timer = setInterval(() => {
      this.#review()
    }, TICK).unref()
    screen.status = () => visibleLine(this.#describe())
  }

  /** All of them, once there is one. */
  watch(observations: readonly Observation[]): void {
    this.#observations = observations
  }

  /** Something has been observed. */
  observed(observation: Observation): void {
    const { head, end, text, method, url, lastEventId } = observation
    if (!head && !end) {
      this.#state = { phase: 'connecting' }
      const from = lastEventId === undefined ? '' : `, with Last-Event-ID ${lastEventId}`
      this.#say(`connecting: ${method} ${withoutSecrets(url)}${from}`)
    } else if (head && !end && text.bytes === 0 && this.#state.phase === 'connecting') {
      this.#state = { phase: 'open' }
      this.#hasAnswered = true
      const type = head.headers['content-type'] ?? 'no Content-Type'
      this.#say(`answered: ${head.status}, ${type}, after ${seconds(head.at - observation.requestedAt)}`)
    }
    if (text.retry !== undefined && text.retry !== this.#retry) {
      this.#retry = text.retry
      this.#say(`retry: the server asks to wait ${text.retry} ms before a reconnection`)
    }
    this.#screen.refresh()
  }

  comment(text: string): void {
    this.#say(`comment: ${text}`)
  }

  message(): void {
    this.#messages++
    this.#lastAt = performance.now()
    this.#screen.refresh()
  }

  /** The connection is gone, and comes back in so many ms. */
  waiting({ message }: ConnectionError, delay: number): void {
    this.#state = { phase: 'waiting', until: performance.now() + delay, why: message }
    if (!this.#isVerbose && !this.#hasAnswered && !this.#hasComplained) {
      // Whoever waits for the first message should know why none comes.
      this.#hasComplained = true
      this.failed(`${message}. Trying again; Ctrl-C ends.`)
    }
    this.#say(`lost: ${message}`, 'yellow')
    this.#tellFindings()
    this.#say(`waiting ${seconds(delay)} before the reconnection`)
    this.#screen.refresh()
  }

  /** The last thing that is said of the connection. */
  ended(why: string): void {
    this.#say(`ended: ${why}`)
    this.#tellFindings()
  }

  /** Why it failed, and what to do, whether or not that is wanted. */
  failed(why: string): void {
    this.#screen.tell([`everysource: ${visibleLine(why)}`], 'red')
    this.#tellFindings(true)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#screen.close()
  }

  get messages(): number {
    return this.#messages
  }

  #review(): void {
    this.#tellFindings()
    this.#screen.refresh()
  }

  #findings(): Finding[] {
    return diagnose(this.#observations, { now: performance.now() })
  }

  #tellFindings(isForced = false): void {
    if (!this.#isVerbose && !isForced) return
    for (const finding of this.#findings()) {
      const { code, level, seen, why, fix, example } = finding
      if (this.#told.has(code) || (!this.#isVerbose && level === 'note')) continue
      this.#told.add(code)
      const rest = [`why: ${why}`, `do:  ${fix}`, ...(example?.split('\n').map((line) => `     ${line}`) ?? [])]
      this.#screen.tell([`! ${level}: ${visibleLine(seen)}`], level === 'error' ? 'red' : 'yellow')
      this.#screen.tell(rest.map((line) => `!   ${visibleLine(line)}`))
    }
  }

  #say(what: string, format: 'yellow' | 'dim' = 'dim'): void {
    if (this.#isVerbose) this.#screen.tell([`* ${timeOf(new Date())} ${visibleLine(what)}`], format)
  }

  #describe(): string {
    const state = this.#state
    if (state.phase === 'waiting') {
      const left = Math.max(0, Math.ceil((state.until - performance.now()) / 1_000))
      return `Reconnecting in ${left} s. ${state.why}`
    }
    if (state.phase === 'connecting') return `Connecting to ${this.#host} …`
    const [worst] = this.#findings()
    if (worst && worst.level !== 'note') return `${worst.seen}${this.#isVerbose ? '' : ' (--verbose says more)'}`
    const news =
      this.#messages === 0
        ? 'no message yet'
        : `${this.#messages} message${this.#messages === 1 ? '' : 's'}, the last ${seconds(performance.now() - this.#lastAt)} ago`
    return `Connected to ${this.#host}: ${news}. Ctrl-C ends.`
  }
}

/** Without the query and the password, as errors show it. */
function withoutSecrets(url: string): string {
  const { origin, pathname, search } = new URL(url)
  return `${origin}${pathname}${search === '' ? '' : '?…'}`
}
