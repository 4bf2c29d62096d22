/** Reports the connection's state: in the status line and, with `--verbose`, in log lines. */

import type { ConnectionError } from '../connection/connection-error.ts'
import type { KeepAlive } from '../connection/keep-alive.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import { seconds, type Finding, type Remedy } from '../diagnosis/finding.ts'
import { isEventStream } from '../diagnosis/head.ts'
import type { Observation } from '../diagnosis/observation.ts'
import type { Arguments } from './arguments.ts'
import { timeOf } from './print-event.ts'
import type { Screen } from './screen.ts'
import { visibleLine } from './visible.ts'

type State = { phase: 'connecting' } | { phase: 'open' } | { phase: 'waiting'; until: number; why: string }

/** A message of the channel `undici:request:headers`. */
export interface UndiciHead {
  request: { origin: URL | string; path: string }
  /** Names and values in turn. */
  response: { statusCode: number; headers: (Uint8Array | string)[] }
}

/** How often the status line and the diagnosis are updated without an event, in ms. */
const TICK = 1_000

export class Narrator {
  readonly #screen: Screen
  readonly #args: Arguments
  readonly #isVerbose: boolean
  readonly #host: string
  readonly #reported = new Set<string>()
  readonly #timer: NodeJS.Timeout
  #observations: readonly Observation[] = []
  #state: State = { phase: 'connecting' }
  #messages = 0
  #lastAt = 0
  #retry: number | undefined
  #hasAnswered = false
  #hasReportedFailure = false
  #hasHinted = false

  constructor(screen: Screen, args: Arguments) {
    this.#screen = screen
    this.#args = args
    this.#isVerbose = args.verbose
    this.#host = new URL(args.url).host
    this.#timer = setInterval(() => {
      this.#review()
    }, TICK).unref()
    screen.status = () => visibleLine(this.#describe())
  }

  watch(observations: readonly Observation[]): void {
    this.#observations = observations
  }

  observed(observation: Observation): void {
    const { head, end, text, method, url, lastEventId } = observation
    if (!head && !end) {
      this.#state = { phase: 'connecting' }
      const from = lastEventId === undefined ? '' : `, with Last-Event-ID ${lastEventId}`
      this.#log(`connecting: ${method} ${withoutSecrets(url)}${from}`)
    } else if (head && !end && text.bytes === 0 && this.#state.phase === 'connecting') {
      this.#state = { phase: 'open' }
      this.#hasAnswered = true
      const type = head.headers['content-type'] ?? 'no Content-Type'
      this.#log(`response: ${head.status}, ${type}, after ${seconds(head.at - observation.requestedAt)}`)
    }
    if (text.retry !== undefined && text.retry !== this.#retry) {
      this.#retry = text.retry
      this.#log(`retry: the server set the reconnection time to ${text.retry} ms`)
    }
    this.#screen.refresh()
  }

  redirected({ request: { origin, path }, response: { statusCode, headers } }: UndiciHead): void {
    const index = headers.findIndex((name) => String(name).toLowerCase() === 'location')
    const location = String(headers[index + 1])
    const base = `${String(origin)}${path}`
    if (statusCode < 300 || statusCode > 399 || index < 0 || !URL.canParse(location, base)) return
    this.#log(`redirect: ${statusCode} to ${withoutSecrets(new URL(location, base).href)}`)
  }

  comment(text: string): void {
    this.#log(`comment: ${text}`)
  }

  keepAlive({ interval }: KeepAlive): void {
    this.#log(`keep-alives: ${interval === 0 ? 'no longer regular' : `every ${seconds(interval)}`}`)
  }

  message(): void {
    this.#messages++
    this.#lastAt = performance.now()
    this.#screen.refresh()
  }

  /** @param delay until the reconnection, in ms */
  waiting({ message }: ConnectionError, delay: number): void {
    this.#state = { phase: 'waiting', until: performance.now() + delay, why: message }
    if (!this.#isVerbose && !this.#hasAnswered && !this.#hasReportedFailure) {
      // Users who wait for the first message need to know why it doesn't arrive, so say it once without --verbose.
      this.#hasReportedFailure = true
      this.failed(message, 'Retrying; press Ctrl-C to stop.')
    }
    this.#log(`lost: ${message}`, 'yellow')
    this.#reportFindings()
    this.#log(`reconnecting in ${seconds(delay)}`)
    this.#screen.refresh()
  }

  ended(why: string): void {
    this.#hint()
    this.#log(`ended: ${why}`)
    this.#reportFindings()
  }

  /** Prints the diagnosis, even without `--verbose`, or the error's message if there is none. */
  failed(message: string, then = ''): void {
    const [worst] = this.#findings()
    const last = this.#observations.at(-1)
    // The diagnosis of an accepted response is about its text, not about its connection.
    const explains = worst?.level === 'error' && last && !isEventStream(last) && !this.#reported.has(worst.code)
    this.#complain(`${explains ? worst.seen : message} ${then}`.trim())
    if (explains) this.#explain(worst)
    this.#reportFindings(true)
  }

  /** Prints an error that the diagnosis may explain. */
  timedOut(message: string): void {
    this.#complain(message)
    this.#reportFindings(true)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#screen.close()
  }

  get messages(): number {
    return this.#messages
  }

  #review(): void {
    this.#hint()
    this.#reportFindings()
    this.#screen.refresh()
  }

  #findings(): Finding[] {
    const { headers, retryStatuses } = this.#args
    return diagnose(this.#observations, { now: performance.now(), headers, retryStatuses })
  }

  #reportFindings(isForced = false): void {
    if (!this.#isVerbose && !isForced) return
    for (const finding of this.#findings()) {
      const { code, level, seen } = finding
      if (this.#reported.has(code) || (!this.#isVerbose && level === 'note')) continue
      this.#screen.log([`! ${level}: ${visibleLine(seen)}`], level === 'error' ? 'red' : 'yellow')
      this.#explain(finding)
    }
  }

  #explain({ code, why, fix, example, remedy }: Finding): void {
    this.#reported.add(code)
    const lines = [
      `why: ${why}`,
      `fix: ${fix}`,
      ...(example?.split('\n').map((line) => `     ${line}`) ?? []),
      ...(remedy ? [`try: ${optionOf(remedy)}`] : []),
    ]
    this.#screen.log(lines.map((line) => `!   ${visibleLine(line)}`))
  }

  #complain(text: string): void {
    this.#screen.log([`everysource: ${visibleLine(text)}`], 'red')
  }

  /** Says once, in one line, why an open stream can't have messages. `--verbose` says more. */
  #hint(): void {
    const [worst] = this.#findings()
    if (this.#isVerbose || this.#hasHinted || worst?.level !== 'error') return
    const { head, text } = this.#observations.at(-1) ?? {}
    if (!head || !text || text.bytes === 0 || text.events > 0) return
    this.#hasHinted = true
    const seen = worst.seen.replace(/[^.]$/, '$&.')
    this.#complain(`${seen} ${worst.fix} For details, use --verbose.`)
  }

  #log(text: string, format: 'yellow' | 'dim' = 'dim'): void {
    if (this.#isVerbose) this.#screen.log([`* ${timeOf(new Date())} ${visibleLine(text)}`], format)
  }

  #describe(): string {
    const state = this.#state
    if (state.phase === 'waiting') {
      const left = Math.max(0, Math.ceil((state.until - performance.now()) / 1_000))
      return `Reconnecting in ${left} s. ${state.why}`
    }
    if (state.phase === 'connecting') return `Connecting to ${this.#host} …`
    const [worst] = this.#findings()
    if (worst && worst.level !== 'note') return `${worst.seen}${this.#isVerbose ? '' : ' (use --verbose for details)'}`
    const activity =
      this.#messages === 0
        ? 'no messages yet'
        : `${this.#messages} message${this.#messages === 1 ? '' : 's'}, last ${seconds(performance.now() - this.#lastAt)} ago`
    return `Connected to ${this.#host}: ${activity}. Press Ctrl-C to stop`
  }
}

/** The option of the command for a setting. */
function optionOf(remedy: Remedy): string {
  if ('header' in remedy) return `-H '${remedy.header}'`
  return 'method' in remedy ? `-X ${remedy.method} -d '<body>'` : `--retry-status ${remedy.retryStatus}`
}

/** Removes the query and the password, like error messages do. */
function withoutSecrets(url: string): string {
  const { origin, pathname, search } = new URL(url)
  return `${origin}${pathname}${search === '' ? '' : '?…'}`
}
