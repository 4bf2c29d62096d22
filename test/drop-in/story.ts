/** Runs a program on one of the packages and writes down what happened: which calls it made, and what the server saw. */

import type * as original from '@microsoft/fetch-event-source'
import { sleep } from '../conformance/harness.ts'
import type { Answer, Log } from '../server/program.ts'
import { plain } from './plain.ts'

/** Either of the packages, as the original is typed: what compiles with that must compile with ours. */
export type Library = Pick<typeof original, 'fetchEventSource' | 'EventStreamContentType'>

/** What a program is given. */
export interface Kit<FetchEventSource = Library['fetchEventSource']> {
  fetchEventSource: FetchEventSource
  EventStreamContentType: string
  url: string
  /** Whether this is the original, so that what only it does can be waited for instead of looked for after a while. */
  isOriginal: boolean
  /** Writes a call down. */
  log: (call: string, ...args: unknown[]) => void
  /** Opens one of the server's gates, which hold its answers back. */
  open: (gate: string) => void
  /** Resolves when the server has seen so many requests, and so many of them end. */
  served: (requests: number, ended?: number) => Promise<void>
}

export interface Program<FetchEventSource = Library['fetchEventSource']> {
  name: string
  /** The nth request gets the nth answer, and the last serves for all later ones. */
  answers: Answer[]
  run: (kit: Kit<FetchEventSource>) => unknown
  /** The least that lies between a request and the next, in ms. */
  waits?: number[]
  /** How many requests the original leaves open, without end. */
  leavesOpen?: number
}

/** What a server saw of a request. */
interface Seen {
  method: string
  headers: Record<string, string>
  body: string
  /** Whether its response has ended, by the client or the server. */
  ended: boolean
}

/** What has happened, in a form that can be compared and sent from a page to a process. */
export interface Story {
  name: string
  /** Each with its arguments. */
  calls: unknown[][]
  requests: Seen[]
  /** When they came, in ms. Not to be compared. */
  times: number[]
}

/** A response stays open until the story has been told. */
export function open(...writes: string[]): Answer {
  return { steps: [...writes.map((write) => ({ write })), { gate: 'over' }, { end: true }] }
}

/** How long a program may take, in ms. Says only when to stop waiting. */
const PATIENCE = 120_000
/** Where stories take place. */
export interface Setting {
  /** The test server's; the last is for what is not the program's. */
  origins: string[]
  /** For how long a request that is left open is watched, in ms. */
  silence: number
}

export async function tell(
  program: Program<never>,
  library: Library,
  setting: Setting,
  isOriginal: boolean,
): Promise<Story> {
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
      log('is not over')
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
