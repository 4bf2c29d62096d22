/** Runs a program with one of the packages, and records its calls and the server's requests. */

import type * as original from '@microsoft/fetch-event-source'
import { sleep } from '../conformance/harness.ts'
import type { Answer, Log } from '../server/program.ts'
import { plain } from './plain.ts'

/** Either package, with the types of the original: code that compiles with these must compile with ours. */
export type Library = Pick<typeof original, 'fetchEventSource' | 'EventStreamContentType'>

/** The arguments of a program. */
export interface Kit<FetchEventSource = Library['fetchEventSource']> {
  fetchEventSource: FetchEventSource
  EventStreamContentType: string
  url: string
  /** Whether this is the original. A program can then wait for a call that only the original makes. */
  isOriginal: boolean
  /** Records a call. */
  log: (call: string, ...args: unknown[]) => void
  /** Opens one of the server's gates, which hold back its responses. */
  open: (gate: string) => void
  /** Resolves when the server has received so many requests, and so many have ended. */
  served: (requests: number, ended?: number) => Promise<void>
}

export interface Program<FetchEventSource = Library['fetchEventSource']> {
  name: string
  /** The nth answer for the nth request; the last one for all later requests. */
  answers: Answer[]
  run: (kit: Kit<FetchEventSource>) => unknown
  /** The minimum time between consecutive requests, in ms. */
  waits?: number[]
  /** How many requests the original never closes. */
  leavesOpen?: number
}

/** A request as the server saw it. */
interface Seen {
  method: string
  headers: Record<string, string>
  body: string
  /** Whether the client or the server has ended the response. */
  ended: boolean
}

/** The calls and requests, in a form that can be compared and sent from a page to a process. */
export interface Recording {
  name: string
  /** Each call with its arguments. */
  calls: unknown[][]
  requests: Seen[]
  /** When the requests arrived, in ms. Not compared. */
  times: number[]
}

/** A response that stays open until the recording is complete. */
export function open(...writes: string[]): Answer {
  return { steps: [...writes.map((write) => ({ write })), { gate: 'over' }, { end: true }] }
}

/** The time limit of a program, in ms. */
const PATIENCE = 120_000
/** The test server, and how long to watch it. */
export interface Setting {
  /** The test server's origins. The last is for the test's own requests. */
  origins: string[]
  /** How long to watch a request that should stay open, in ms. */
  silence: number
}

export async function record(
  program: Program<never>,
  library: Library,
  setting: Setting,
  isOriginal: boolean,
): Promise<Recording> {
  const { origins, silence } = setting
  const [origin = '', server = origin] = [origins[0], origins.at(-1)]
  const response = await fetch(`${server}/programs`, { method: 'POST', body: JSON.stringify(program.answers) })
  const id = await response.text()
  const url = `${origin}/s/${id}`
  const logOf = async (requests: number, closed: number, patience: number): Promise<Log> => {
    const query = `requests=${requests}&closed=${closed}&patience=${patience}`
    return (await (await fetch(`${server}/log/${id}?${query}`)).json()) as Log
  }

  const calls: unknown[][] = []
  const log = (...call: unknown[]): void => {
    calls.push(call.map((part) => plain(part, url)))
  }
  const openGate = (gate: string): void => void fetch(`${server}/gates/${id}/${gate}`, { method: 'POST' })
  const kit: Kit = {
    ...library,
    isOriginal,
    url,
    log,
    open: openGate,
    served: async (requests, ended = 0) => {
      await logOf(requests, ended, PATIENCE)
    },
  }
  await Promise.race([
    (program.run as (kit: unknown) => Promise<unknown>)(kit),
    sleep(PATIENCE).then(() => {
      log('has not finished')
    }),
  ])
  const { length } = (await logOf(0, 0, 0)).requests
  const leftOpen = isOriginal ? (program.leavesOpen ?? 0) : 0
  await logOf(length, length - leftOpen, PATIENCE)
  const { requests } = await logOf(length, length, leftOpen > 0 ? silence : 0)
  openGate('over')
  return {
    name: program.name,
    calls: [...calls],
    requests: requests.map(({ method, headers, body, endedAt }) => ({
      method,
      headers,
      body,
      ended: endedAt !== null,
    })),
    times: requests.map(({ at }) => at),
  }
}
