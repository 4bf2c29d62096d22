/** The test harness of the facts. It runs in every runtime, so it uses no test framework and no runtime-specific modules. */

import type { ErrorEvent, EventSource as OurEventSource, EventSourceInit, FetchLike } from '../../src/index.ts'
import type { Answer, Cut, Log, Program } from '../server/program.ts'

/** The class under test, ours or native, as lib.dom describes it. */
export interface EventSourceClass {
  new (url: string | URL, init?: object | null): EventSource
  readonly prototype: EventSource
}

/** Where the suite runs, and on which class. */
export interface Environment {
  /** Such as `node24` or `chromium page`. The list of exceptions uses this name. */
  runtime: string
  EventSource: EventSourceClass
  /** Whether the class is ours, so that facts about our extensions apply. */
  ours: boolean
  /** The origins of the test server. The last one is for the suite's own requests. */
  origins: string[]
  /** The base URL for relative URLs; undefined outside browsers. */
  base: string | undefined
  /** The seed of the random cuts. */
  seed: number
  /** How the byte streams are split into chunks; in every way by default. */
  cuts?: readonly Cut[] | undefined
  /** How many facts or cases run at once. Browsers open at most six connections per origin. */
  concurrency: number
  /** The maximum number of chunks per case, where a million chunks take minutes. */
  maxPieces?: number | undefined
  /** The time limit of a fact in ms; 120,000 by default. */
  factLimit?: number | undefined
  /** Runs only facts and cases whose name contains one of these texts. */
  filter?: string[] | undefined
}

/** An event that a source fired. */
export interface RecordedEvent {
  type: string
  /** Undefined for events that are not messages. */
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

/** How long the server waits for a condition before it responds anyway, in ms. */
const TURN = 25

/** How many connections have closed. */
const closedIn = ({ requests }: Log): number => requests.filter(({ endedAt }) => endedAt !== null).length

/** The tools of one test. */
export class Fact {
  readonly env: Environment
  readonly #patience: number
  readonly #sources: { close(): void }[] = []
  readonly #server: string

  /** @param patience how long to wait for an event, in ms */
  constructor(env: Environment, patience: number) {
    this.env = env
    this.#patience = patience
    this.#server = env.origins.at(-1) ?? ''
  }

  /** An origin that differs from the first one. */
  get otherOrigin(): string {
    return this.env.origins[1] ?? ''
  }

  /** Makes the server respond to the nth connection with the nth answer. */
  async serve(...program: Program): Promise<Stream> {
    const response = await fetch(`${this.#server}/programs`, { method: 'POST', body: JSON.stringify(program) })
    return new Stream(this.#server, this.env.origins[0] ?? '', await response.text())
  }

  /** Opens a source and closes it at the end of the test. */
  open(url: string | URL, init?: object | null): EventSource {
    return this.closing(new this.env.EventSource(url, init))
  }

  /** Closes an object at the end of the test. */
  closing<T extends { close(): void }>(source: T): T {
    this.#sources.push(source)
    return source
  }

  /** `listen` with the options of our class. */
  listenWith(url: string | URL, options: EventSourceInit, ...types: string[]): Recorder {
    return this.listen(url, options, ...types)
  }

  /** Opens a source and records its `open`, `error` and `message` events, and the given types. */
  listen(url: string | URL, init?: object | null, ...types: string[]): Recorder {
    return this.record(new this.env.EventSource(url, init), ...types)
  }

  /** Records the events of an existing source. */
  record(source: EventSource, ...types: string[]): Recorder {
    return new Recorder(this.closing(source), types, this.#patience)
  }

  end(): void {
    for (const source of this.#sources) source.close()
  }
}

/** Whether a condition holds within a time in ms, checked once per turn. */
async function inTurns(time: number, holds: () => Promise<boolean>): Promise<boolean> {
  for (let waited = 0; waited < time; waited += TURN) if (await holds()) return true
  return false
}

/** A program of responses on the test server. */
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

  /** The server's log, once it has seen this many requests and this many closed connections; patience is in ms. */
  async log({ requests = 0, closed = 0, patience = 60_000 } = {}): Promise<Log> {
    const log = await this.#look({ requests, closed, patience })
    const seen = closedIn(log)
    check(log.requests.length >= requests, `the server saw ${log.requests.length} requests instead of ${requests}`)
    check(seen >= closed, `the server saw ${seen} closed connections instead of ${closed}`)
    return log
  }

  /**
   * Fails unless the server sees this many requests and this many closed connections within a time in ms. The time is counted
   * in turns between client and server: on a busy machine each turn takes longer, but the number of turns stays the same.
   */
  async within(time: number, { requests = 0, closed = 0 }): Promise<void> {
    let seen = [0, 0] as [requests: number, closed: number]
    const look = async (): Promise<boolean> => {
      const log = await this.#look({ requests, closed, patience: TURN })
      seen = [log.requests.length, closedIn(log)]
      return seen[0] >= requests && seen[1] >= closed
    }
    const holds = await inTurns(time, look)
    check(
      holds,
      `in ${time} ms the server saw ${seen[0]} of ${requests} requests and ${seen[1]} of ${closed} closed connections`,
    )
  }

  /** Fails unless a condition in the client holds within a time in ms, also counted in turns. */
  async untilTrue(time: number, holds: () => boolean, otherwise: string): Promise<void> {
    const look = async (): Promise<boolean> => {
      if (holds()) return true
      // Never fulfilled, so this takes one full turn.
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

/** Records the events of a source. */
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

  /** The events in a form that is easy to compare: `open`, `error 0`, `message: data`. */
  get summary(): string[] {
    return this.events.map(({ type, data, isMessage, readyState }) => {
      if (isMessage) return `${type}: ${String(data)}`
      return type === 'error' ? `error ${readyState}` : type
    })
  }

  /** The `error` events that are not messages. */
  get errors(): ErrorEvent[] {
    return this.events
      .filter(({ type, isMessage }) => type === 'error' && !isMessage)
      .map(({ event }) => event as ErrorEvent)
  }

  /** The source, if the class is ours. */
  get own(): OurEventSource {
    return this.source as OurEventSource
  }

  get messages(): RecordedEvent[] {
    return this.events.filter(({ isMessage }) => isMessage)
  }

  /** Resolves after this many events of a type. */
  async until(type: string, count = 1): Promise<void> {
    await this.untilTrue(
      () => this.events.filter((event) => event.type === type).length >= count,
      () => `received ${JSON.stringify(this.summary).slice(0, 500)} while waiting for "${type}" number ${count}`,
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

/** A response that stays open after these writes. The default is a comment, because Firefox reports no response without a body. */
export function stream(...writes: string[]): Answer {
  return { steps: (writes.length > 0 ? writes : [':\n']).map((write) => ({ write })) }
}

/** A response that sends these writes and then ten keep-alive comments per second. */
export function keptAlive(...writes: string[]): Answer {
  const comments = Array.from({ length: 100 }, () => [{ wait: 100 }, { write: ':\n' }])
  return { steps: [...writes.map((write) => ({ write })), ...comments.flat()] }
}

/** A response that is idle after these writes, until `closesWhileIdle` has checked it. */
export function idleUntilChecked(...writes: string[]): Answer {
  return { steps: [...writes.map((write) => ({ write })), { gate: 'checked' }, { end: true }] }
}

/**
 * Checks that the client closes an idle connection. Chromium keeps a connection open for up to five seconds if it is closed
 * at the moment a chunk arrives.
 */
export async function closesWhileIdle(served: Stream): Promise<void> {
  try {
    await served.within(6_000, { closed: 1 })
  } finally {
    // A leftover connection would count toward the browser's limit of six per origin.
    await served.openGate('checked')
  }
}

const CLOSE_LIMIT = 500
/** With four places of a browser on two cores, 700 ms were measured in Chromium and 2,500 ms in WebKit's workers. */
const CLOSE_LIMIT_IN_BROWSERS = 2_000
const CLOSE_LIMIT_IN_WEBKIT = 5_000

/** How long the server may take to notice a closed connection, in ms. */
export function closeLimit({ runtime, base }: Environment): number {
  if (base === undefined) return CLOSE_LIMIT
  return runtime.startsWith('webkit') ? CLOSE_LIMIT_IN_WEBKIT : CLOSE_LIMIT_IN_BROWSERS
}

/** Closes all connections and checks that the server notices in time. */
export async function closesSoon({ env }: Fact, served: Stream, leave: () => unknown, connections = 1): Promise<void> {
  await served.log({ requests: connections })
  await Promise.all([leave(), served.within(closeLimit(env), { closed: connections })])
}

/** Makes our source wait an hour unless the stream's `retry` takes effect. Other implementations ignore these options. */
export const WAIT_FOR_RETRY = { reconnectionTime: 3_600_000 }

/**
 * Waits for the request after a stream that sent `retry`. An implementation that does not know `WAIT_FOR_RETRY` must send it
 * before its default of 3,000 ms.
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
 * Repeats a test with longer and longer times, in ms, while it returns false because the machine was too busy to decide. This
 * keeps tests quick on an idle machine and reliable on a busy one.
 */
export async function withEnoughTime(times: number[], test: (time: number) => Promise<boolean>): Promise<void> {
  for (const time of times) if (await test(time)) return
  throw new FactError(`the machine was too busy, even with ${String(times.at(-1))} ms`)
}

/** A response that ends after these writes. */
export function ending(...writes: string[]): Answer {
  return { steps: [...writes.map((write) => ({ write })), { end: true }] }
}

/** A response that is reset once the gate `break` is open. Chunks that were not read by then may be lost. */
export function breaking(...writes: string[]): Answer {
  return { steps: [...writes.map((write) => ({ write })), { gate: 'break' }, { reset: true }] }
}

/** A policy that reconnects after a clean end, for any method. */
export const RECONNECT_AFTER_END = {
  shouldReconnect: ({ reason }: { reason: string }): true | undefined => reason === 'ended' || undefined,
}

/** A refused response with a body. */
export function refused(status: number, headers: Record<string, string> = {}, body = ''): Answer {
  return { status, headers: { 'Content-Type': 'text/plain', ...headers }, steps: [{ write: body }, { end: true }] }
}

export function redirect(location: string, status = 302): Answer {
  return { status, headers: { 'Content-Type': null, Location: location }, steps: [{ end: true }] }
}

/** The standard's way to stop a source permanently. */
export const NO_CONTENT: Answer = { status: 204, headers: { 'Content-Type': null }, steps: [{ end: true }] }

export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new FactError(otherwise)
}

/** Compares two values by their JSON. */
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
      // No queue, so that only bytes read by the library are counted.
      const cancel = (reason: unknown): Promise<void> | undefined => reader?.cancel(reason)
      return new Response(new ReadableStream({ pull, cancel }, { highWaterMark: 0 }), response)
    },
  }
}

/** Collects everything that a loop yields. */
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
  throw new FactError(`nothing was thrown; the result is ${JSON.stringify(value)}`)
}

/** The error that a function throws. */
export function thrown(run: () => unknown): Error {
  try {
    run()
  } catch (error) {
    check(error instanceof Error || isNamed(error), 'the thrown value is not an error')
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
