/** What a fact is tested with. No test framework and no runtime's own modules: this runs everywhere. */

import type { ErrorEvent, EventSource as OurEventSource, EventSourceInit, FetchLike } from '../../src/index.ts'
import type { Answer, Cut, Log, Program } from '../server/program.ts'

/** The interface under test, ours or a runtime's own, as lib.dom describes it. */
export interface EventSourceClass {
  new (url: string | URL, init?: object | null): EventSource
  readonly prototype: EventSource
}

/** Where the suite runs and on what. */
export interface Environment {
  /** Such as `node24` or `chromium-page`: what the list of exceptions goes by. */
  runtime: string
  EventSource: EventSourceClass
  /** Whether it is ours: facts about our own options apply. */
  ours: boolean
  /** Of the test server. The last is for the suite's own requests. */
  origins: string[]
  /** What relative URLs are resolved against; undefined where there is nothing. */
  base: string | undefined
  /** Decides how cases are cut at random. */
  seed: number
  /** How the byte streams are cut into chunks; in all ways if not given. */
  cuts?: readonly Cut[] | undefined
  /** How many facts or cases run at once; browsers open six connections to an origin. */
  concurrency: number
  /** Into how many pieces a case may be cut, where a million chunks take minutes. */
  mostPieces?: number | undefined
  /** How long a fact may take, in ms; 120,000 if not given. */
  factLimit?: number | undefined
  /** Only facts and cases whose name contains one of these. */
  filter?: string[] | undefined
}

/** What was heard on a source, in order. */
export interface RecordedEvent {
  type: string
  /** Of messages only. */
  data: unknown
  lastEventId: unknown
  /** `readyState` while the listener ran. */
  readyState: number
  isMessage: boolean
  /** When the listener ran, by `performance.now()`. */
  at: number
  event: Event
}

class FactError extends Error {}

/** How long the server waits for something to happen before it answers anyway, in ms. */
const TURN = 25

/** How many connections have ended. */
const endedIn = ({ requests }: Log): number => requests.filter(({ endedAt }) => endedAt !== null).length

/** One test's view of the world. */
export class Fact {
  readonly env: Environment
  readonly #patience: number
  readonly #sources: { close(): void }[] = []
  readonly #server: string

  /** @param patience how long an event may be waited for, in ms */
  constructor(env: Environment, patience: number) {
    this.env = env
    this.#patience = patience
    this.#server = env.origins.at(-1) ?? ''
  }

  /** An origin that differs from the first one. */
  get otherOrigin(): string {
    return this.env.origins[1] ?? ''
  }

  /** Has the server answer the nth connection with the nth answer. */
  async serve(...program: Program): Promise<Stream> {
    const response = await fetch(`${this.#server}/programs`, { method: 'POST', body: JSON.stringify(program) })
    return new Stream(this.#server, this.env.origins[0] ?? '', await response.text())
  }

  /** A source that is closed when the test is over. */
  open(url: string | URL, init?: object | null): EventSource {
    return this.closing(new this.env.EventSource(url, init))
  }

  /** Closes what has a `close()` when the test is over. */
  closing<T extends { close(): void }>(source: T): T {
    this.#sources.push(source)
    return source
  }

  /** The same for a source of ours, whose options are known. */
  listenWith(url: string | URL, options: EventSourceInit, ...types: string[]): Recorder {
    return this.listen(url, options, ...types)
  }

  /** A source and all that is heard on it: `open`, `error`, `message` and the types given. */
  listen(url: string | URL, init?: object | null, ...types: string[]): Recorder {
    return this.record(new this.env.EventSource(url, init), ...types)
  }

  /** All that is heard on a source that there is. */
  record(source: EventSource, ...types: string[]): Recorder {
    return new Recorder(this.closing(source), types, this.#patience)
  }

  end(): void {
    for (const source of this.#sources) source.close()
  }
}

/** Whether something holds within so many ms, one look a turn. */
async function inTurns(time: number, look: () => Promise<boolean>): Promise<boolean> {
  for (let waited = 0; waited < time; waited += TURN) if (await look()) return true
  return false
}

/** A program on the server. */
export class Stream {
  readonly id: string
  readonly origin: string
  readonly #server: string

  constructor(server: string, origin: string, id: string) {
    this.#server = server
    this.origin = origin
    this.id = id
  }

  get url(): string {
    return this.at(this.origin)
  }

  at(origin: string): string {
    return `${origin}/s/${this.id}`
  }

  /** What the server saw, as soon as there were so many requests and so many of them have ended; patience is in ms. */
  async log({ requests = 0, closed = 0, patience = 60_000 } = {}): Promise<Log> {
    const log = await this.#look({ requests, closed, patience })
    const ended = endedIn(log)
    check(log.requests.length >= requests, `the server saw ${log.requests.length} requests instead of ${requests}`)
    check(ended >= closed, `the server saw ${ended} connections end instead of ${closed}`)
    return log
  }

  /**
   * Fails unless the server sees so many requests, and so many of them end, within a time in ms. The time is counted in turns
   * between client and server: on a busy machine a turn takes longer, and their number stays the same.
   */
  async within(time: number, { requests = 0, closed = 0 }): Promise<void> {
    let seen = [0, 0] as [requests: number, closed: number]
    const look = async (): Promise<boolean> => {
      const log = await this.#look({ requests, closed, patience: TURN })
      seen = [log.requests.length, endedIn(log)]
      return seen[0] >= requests && seen[1] >= closed
    }
    const holds = await inTurns(time, look)
    check(
      holds,
      `in ${time} ms the server saw ${seen[0]} of ${requests} requests and the end of ${seen[1]} of ${closed}`,
    )
  }

  /** Fails unless a condition of the client's holds within a time in ms, counted in turns as well. */
  async untilTrue(time: number, holds: () => boolean, otherwise: string): Promise<void> {
    const look = async (): Promise<boolean> => {
      if (holds()) return true
      // Nothing has so many requests: a turn of its whole length.
      await this.#look({ requests: Infinity, patience: TURN })
      return holds()
    }
    check(await inTurns(time, look), otherwise)
  }

  async #look({ requests = 0, closed = 0, patience = 0 }): Promise<Log> {
    const query = new URLSearchParams(
      Object.entries({ requests, closed, patience }).map(([name, n]) => [name, String(n)]),
    )
    const response = await fetch(`${this.#server}/log/${this.id}?${query.toString()}`)
    return (await response.json()) as Log
  }

  async openGate(name: string): Promise<void> {
    await fetch(`${this.#server}/gates/${this.id}/${name}`, { method: 'POST' })
  }
}

/** Hears a source. */
export class Recorder {
  readonly source: EventSource
  readonly events: RecordedEvent[] = []
  readonly #patience: number
  readonly #watchers = new Set<() => void>()

  constructor(source: EventSource, types: string[], patience: number) {
    this.source = source
    this.#patience = patience
    for (const type of new Set(['open', 'error', 'message', ...types])) {
      source.addEventListener(type, (event) => {
        const { data, lastEventId } = event as MessageEvent<unknown>
        const isMessage = 'data' in event
        this.events.push({
          type,
          data,
          lastEventId,
          isMessage,
          at: performance.now(),
          readyState: source.readyState,
          event,
        })
        for (const watcher of [...this.#watchers]) watcher()
      })
    }
  }

  /** What was said, in a form that is easy to compare: `open`, `error 0`, `message: data`. */
  get summary(): string[] {
    return this.events.map(({ type, data, isMessage, readyState }) => {
      if (isMessage) return `${type}: ${String(data)}`
      return type === 'error' ? `error ${readyState}` : type
    })
  }

  /** The `error` events, which of ours carry more. */
  get errors(): ErrorEvent[] {
    return this.events
      .filter(({ type, isMessage }) => type === 'error' && !isMessage)
      .map(({ event }) => event as ErrorEvent)
  }

  /** The source, where it is ours. */
  get own(): OurEventSource {
    return this.source as OurEventSource
  }

  get messages(): RecordedEvent[] {
    return this.events.filter(({ isMessage }) => isMessage)
  }

  /** Resolves when so many events of a type have been heard. */
  async until(type: string, count = 1): Promise<void> {
    await this.untilTrue(
      () => this.events.filter((heard) => heard.type === type).length >= count,
      () => `heard ${JSON.stringify(this.summary).slice(0, 500)} while waiting for "${type}" number ${count}`,
    )
  }

  untilTrue(holds: () => boolean, otherwise: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (holds()) finish(resolve)
      }
      const finish = (settle: () => void): void => {
        clearTimeout(timer)
        this.#watchers.delete(look)
        settle()
      }
      const timer = setTimeout(() => {
        finish(() => {
          reject(new FactError(otherwise()))
        })
      }, this.#patience)
      this.#watchers.add(look)
      look()
    })
  }
}

/** A response that stays open after these writes; without any, a comment, since Firefox tells of no response without a body. */
export function stream(...writes: string[]): Answer {
  return { steps: (writes.length > 0 ? writes : [':\n']).map((write) => ({ write })) }
}

/** A response that after these writes says ten times a second that it lives. */
export function keptAlive(...writes: string[]): Answer {
  const beats = Array.from({ length: 100 }, () => [{ wait: 100 }, { write: ':\n' }])
  return { steps: [...writes.map((write) => ({ write })), ...beats.flat()] }
}

/** A response that is silent after these writes, until `closesWhileIdle` has looked. */
export function idleUntilChecked(...writes: string[]): Answer {
  return { steps: [...writes.map((write) => ({ write })), { gate: 'looked' }, { end: true }] }
}

/**
 * Sees to it that the client ends a idleUntilChecked connection although the server says nothing. Chromium holds on to one for up to five
 * seconds that is left just as a chunk comes.
 */
export async function closesWhileIdle(served: Stream): Promise<void> {
  try {
    await served.within(6_000, { closed: 1 })
  } finally {
    // One that is left must not stay: browsers have six to an origin.
    await served.openGate('looked')
  }
}

const SOON = 500
/** The same where four places of a browser share two cores: 700 ms were seen in Chromium, 2,500 in WebKit's workers. */
const SOON_IN_BROWSERS = 2_000
const SOON_IN_WEBKIT = 5_000

/** How soon the server sees the end of a connection that was left, in ms. */
export function closeLimit({ runtime, base }: Environment): number {
  if (base === undefined) return SOON
  return runtime.startsWith('webkit') ? SOON_IN_WEBKIT : SOON_IN_BROWSERS
}

/** Leaves all connections, and sees to it that the server hears of it soon. */
export async function closesSoon({ env }: Fact, served: Stream, leave: () => unknown, connections = 1): Promise<void> {
  await served.log({ requests: connections })
  await Promise.all([leave(), served.within(closeLimit(env), { closed: connections })])
}

/**
 * Options that leave a source of ours waiting beyond every patience, in ms, where the stream's `retry` has no effect. Any
 * other ignores them, and waits for as long as it does.
 */
export const WAIT_FOR_RETRY = { reconnectionTime: 3_600_000 }

/**
 * Waits for the request after a connection whose stream had a `retry`. An implementation that doesn't know `WAIT_FOR_RETRY` must
 * make it before its own 3,000 ms.
 */
export async function requestsAfterRetry(
  { env }: Fact,
  served: Stream,
  requests: number,
  patience = 60_000,
): Promise<Log> {
  await served.log({ closed: requests - 1, patience })
  if (!env.ours) await served.within(2_500, { requests })
  return served.log({ requests })
}

/**
 * Repeats a test with more and more time, in ms, as long as it returns false because the machine was too busy to tell. A busy
 * machine then fails nothing, and a quiet one stays quick.
 */
export async function withEnoughTime(times: number[], test: (time: number) => Promise<boolean>): Promise<void> {
  for (const time of times) if (await test(time)) return
  throw new FactError(`it did not hold, not even with ${String(times.at(-1))} ms`)
}

/** A response that ends after these writes. */
export function ending(...writes: string[]): Answer {
  return { steps: [...writes.map((write) => ({ write })), { end: true }] }
}

/** A response that breaks off once the gate `break` is open: what has arrived and was not read may be lost. */
export function breaking(...writes: string[]): Answer {
  return { steps: [...writes.map((write) => ({ write })), { gate: 'break' }, { reset: true }] }
}

/** A policy that reconnects after a clean end, whatever the method. */
export const RECONNECT_AFTER_END = {
  shouldReconnect: ({ reason }: { reason: string }): true | undefined => reason === 'ended' || undefined,
}

/** A response that is refused, with a body. */
export function refused(status: number, headers: Record<string, string> = {}, body = ''): Answer {
  return { status, headers: { 'Content-Type': 'text/plain', ...headers }, steps: [{ write: body }, { end: true }] }
}

export function redirect(location: string, status = 302): Answer {
  return { status, headers: { 'Content-Type': null, Location: location }, steps: [{ end: true }] }
}

/** Stops a source for good: the standard's way to end it. */
export const NO_CONTENT: Answer = { status: 204, headers: { 'Content-Type': null }, steps: [{ end: true }] }

export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new FactError(otherwise)
}

/** Compares by their JSON, which serves for all that the facts compare. */
export function equal(actual: unknown, expected: unknown, what = 'the result'): void {
  const [given, wanted] = [actual, expected].map(
    (value) => (JSON.stringify(value) as string | undefined) ?? 'undefined',
  ) as [string, string]
  if (given === wanted) return
  let at = 0
  while (at < wanted.length && given[at] === wanted[at]) at++
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 100)
  throw new FactError(`${what} is …${around(given)}… instead of …${around(wanted)}…`)
}

/** A `fetch` that counts how many bytes of the body have been read. */
export function countingFetch(): { fetch: FetchLike; bytesRead: () => number } {
  let bytes = 0
  return {
    bytesRead: () => bytes,
    fetch: async (url, init) => {
      const response = await fetch(url, init)
      const reader = response.body?.getReader()
      const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
        const { done, value } = (await reader?.read()) ?? { done: true }
        bytes += value?.length ?? 0
        if (done) controller.close()
        else controller.enqueue(value)
      }
      // Without its own queue, so that only bytes that the library has read are counted.
      const cancel = (reason: unknown): Promise<void> | undefined => reader?.cancel(reason)
      return new Response(new ReadableStream({ pull, cancel }, { highWaterMark: 0 }), response)
    },
  }
}

/** Everything that a loop takes. */
export async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = []
  for await (const event of events) taken.push(event)
  return taken
}

export async function dataOf(events: AsyncIterable<{ data: string }>): Promise<string[]> {
  return (await all(events)).map(({ data }) => data)
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new FactError(`nothing was thrown, but ${JSON.stringify(value)} returned`)
}

/** The error that a function throws. */
export function thrown(run: () => unknown): Error {
  try {
    run()
  } catch (error) {
    check(error instanceof Error || isNamed(error), 'what was thrown is no error')
    return error
  }
  throw new FactError('nothing was thrown')
}

function isNamed(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'name' in error
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
