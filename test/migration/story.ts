/** Runs a program on another package, or one that does the same on ours, and writes down what it hears. Knows no runtime. */

import type { IncomingMessage, ServerResponse } from 'node:http'

interface Kit<Library> {
  /** What the other package exports. */
  library: Library
  url: string
  /** Writes down what the program hears. */
  log: (...parts: unknown[]) => void
  /** Ends the program, and closes what it has opened. */
  done: (source?: { close: () => void }) => void
}

type Run<Library> = (kit: Kit<Library>) => unknown

/** A request as the server saw it. */
export interface Request {
  method: string
  url: string
  headers: Record<string, string | string[] | undefined>
  body: string
  /** When it came, in ms. */
  at: number
}

export interface Story {
  heard: unknown[]
  requests: Request[]
}

/** What differs between another package and ours, shown on both. */
export interface Difference<Library> {
  /** As the page has it, in the first column of its table. */
  name: string
  /** Served over TLS with a certificate that nobody has signed. */
  isSecure?: true
  /** Answers the nth request, counted from 1. */
  answer: (response: ServerResponse, n: number, request: IncomingMessage) => unknown
  theirs: Run<Library>
  ours: Run<Library>
  /** What of the story shows it; what has been heard, if not said otherwise. */
  shows?: (story: Story) => unknown
  expected: { theirs: unknown; ours: unknown }
}

/** How long a program may take, in ms. */
const PATIENCE = 180_000
/** How long to listen for what should not come, in ms. */
const AFTERMATH = 200

/** @returns what it has heard, in a form that can be sent from a page to a process */
export async function tell<Library>(run: Run<Library>, library: Library, url: string): Promise<unknown[]> {
  const heard: unknown[] = []
  let close = (): void => undefined
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`It is not over. So far: ${JSON.stringify(heard)}`))
    }, PATIENCE)
    const done: Kit<Library>['done'] = (source) => {
      clearTimeout(timer)
      close = () => source?.close()
      setTimeout(resolve, AFTERMATH)
    }
    const log = (...parts: unknown[]): void => void heard.push(...parts)
    Promise.resolve(run({ library, url, log, done })).catch(reject)
  })
  const result = [...heard]
  close()
  return result
}

/** Whether one request came within so many ms of that before it. */
export function isAskedWithin(ms: number): (story: Story) => boolean {
  return ({ requests }) => requests.some(({ at }, i) => at - (requests[i - 1]?.at ?? -Infinity) < ms)
}

/** The standard's members, as far as these programs use them; the events have what either package gives them. */
export interface Source<Event> {
  readonly readyState: number
  close(): void
  onmessage: ((event: Event) => unknown) | null
  addEventListener(type: string, listener: (event: Event) => unknown, options?: object): void
}

/** What a source's program is given: `count` is how much this side hears. */
export interface SourceKit {
  log: (...parts: unknown[]) => void
  done: () => void
  count: number
}

type SourceProgram = (source: Pick<Source<{ data?: string }>, 'addEventListener'>, kit: SourceKit) => unknown

/** Listens until so many messages have come, on each side. */
export function messages(): SourceProgram {
  return (source, { log, done, count }) => {
    let heard = 0
    source.addEventListener('message', ({ data }) => {
      log(data)
      if (++heard === count) done()
    })
  }
}

/** Awaits one message after the other, of three that come at once; whatever their number, `end` comes later. */
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
