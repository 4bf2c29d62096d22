/** Runs a program with another package, or its equivalent with ours, and records what it logs. Works in any runtime. */

import type { IncomingMessage, ServerResponse } from 'node:http'

interface Kit<Library> {
  /** The exports of the other package. */
  library: Library
  url: string
  /** Records what the program receives. */
  log: (...parts: unknown[]) => void
  /** Ends the program, and closes its source. */
  done: (source?: { close: () => void }) => void
}

type Run<Library> = (kit: Kit<Library>) => unknown

/** A request as the server saw it. */
export interface Request {
  method: string
  url: string
  headers: Record<string, string | string[] | undefined>
  body: string
  /** When it arrived, in ms. */
  at: number
}

export interface Recording {
  logged: unknown[]
  requests: Request[]
}

/** A difference between another package and ours, shown with both. */
export interface Difference<Library> {
  /** The first column of the page's table. */
  name: string
  /** Served over TLS with a certificate of an unknown authority. */
  isSecure?: true
  /** Answers the nth request, counted from 1. */
  answer: (response: ServerResponse, n: number, request: IncomingMessage) => unknown
  theirs: Run<Library>
  ours: Run<Library>
  /** The part of the recording that shows it; by default, what was logged. */
  shows?: (recording: Recording) => unknown
  expected: { theirs: unknown; ours: unknown }
}

/** The time limit of a program, in ms. */
const PATIENCE = 180_000
/** How long to wait for unexpected events, in ms. */
const AFTERMATH = 200

/** @returns what it has logged, in a form that a page can send to a process */
export async function record<Library>(run: Run<Library>, library: Library, url: string): Promise<unknown[]> {
  const logged: unknown[] = []
  let close = (): void => undefined
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`It has not finished. So far: ${JSON.stringify(logged)}`))
    }, PATIENCE)
    const done: Kit<Library>['done'] = (source) => {
      clearTimeout(timer)
      close = () => source?.close()
      setTimeout(resolve, AFTERMATH)
    }
    const log = (...parts: unknown[]): void => void logged.push(...parts)
    Promise.resolve(run({ library, url, log, done })).catch(reject)
  })
  const result = [...logged]
  close()
  return result
}

/** Whether any request arrived within so many ms after the previous one. */
export function isRequestedWithin(ms: number): (recording: Recording) => boolean {
  return ({ requests }) => requests.some(({ at }, i) => at - (requests[i - 1]?.at ?? -Infinity) < ms)
}

/** The members of the standard that these programs use, with events of either package. */
export interface Source<Event> {
  readonly readyState: number
  close(): void
  onmessage: ((event: Event) => unknown) | null
  addEventListener(type: string, listener: (event: Event) => unknown, options?: object): void
}

/** The arguments of a source's program. `count` is how much this side should log. */
export interface SourceKit {
  log: (...parts: unknown[]) => void
  done: () => void
  count: number
}

type SourceProgram = (source: Pick<Source<{ data?: string }>, 'addEventListener'>, kit: SourceKit) => unknown

/** Listens until `count` messages have arrived. */
export function messages(): SourceProgram {
  return (source, { log, done, count }) => {
    let received = 0
    source.addEventListener('message', ({ data }) => {
      log(data)
      if (++received === count) done()
    })
  }
}

/** Awaits one message after the other, of three that arrive at once. Then waits for `end`. */
export function oneByOne(): SourceProgram {
  return async (source, { log, done }) => {
    let resolve: (data: unknown) => void = () => undefined
    source.addEventListener('message', ({ data }) => {
      resolve(data)
    })
    source.addEventListener('end', done)
    for (;;) log(await new Promise((next) => (resolve = next)))
  }
}
