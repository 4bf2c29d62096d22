/** The file that `--record` writes and `--replay` reads: lines of JSON. */

import { createWriteStream, openSync, readFileSync, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { FetchLikeResponse } from '../connection/request.ts'
import { RELEVANT_HEADERS } from '../diagnosis/observe.ts'
import type { End, Observation } from '../diagnosis/observation.ts'
import { REASONS } from './data.ts'
import { UsageError } from './usage.ts'

/** The version of the format. Readers refuse newer ones. */
const VERSION = 1

/** The first line. */
interface Opening {
  everysource: 'recording'
  version: number
  /** Without user info, query and hash, which may hold secrets. */
  url: string
  /** When it began, as an ISO 8601 string. */
  began: string
}

/** An event of the recording, and its time in ms since the beginning. */
export type Entry = { at: number } & (
  | { request: { method: string; lastEventId?: string | undefined } }
  /** Only headers that matter to an event stream. */
  | { response: { status: number; headers: Record<string, string> } }
  /** A chunk of the body, in base64 if it is not UTF-8. */
  | { text: string }
  | { base64: string }
  | { end: End['how'] }
)

type What<Member> = Member extends unknown ? Omit<Member, 'at'> : never

export class Recorder {
  readonly #file: WriteStream
  readonly #began = performance.now()
  readonly #requests = new WeakSet<Observation>()
  readonly #ended = new WeakSet<Observation>()

  /** @throws a `UsageError` if the file can't be written */
  constructor(name: string, url: string) {
    this.#file = createWriteStream(name, { fd: attempt('--record', name, () => openSync(name, 'w')) })
    // `close` reports it.
    this.#file.on('error', () => undefined)
    const began = new Date().toISOString()
    const { origin, pathname } = new URL(url)
    this.#line({ everysource: 'recording', version: VERSION, url: origin + pathname, began } satisfies Opening)
  }

  observed(observation: Observation): void {
    const { method, lastEventId, end } = observation
    if (!this.#requests.has(observation)) {
      this.#requests.add(observation)
      this.#add({ request: { method, lastEventId } })
    }
    if (end && !this.#ended.has(observation)) {
      this.#ended.add(observation)
      this.#add({ end: end.how })
    }
  }

  responded({ status, headers }: FetchLikeResponse): void {
    const relevant = RELEVANT_HEADERS.flatMap((name) => {
      const value = headers.get(name)
      return value === null ? [] : [[name, value]]
    })
    this.#add({ response: { status, headers: Object.fromEntries(relevant) as Record<string, string> } })
  }

  chunk(bytes: Uint8Array): void {
    const text = decode(bytes)
    this.#add(text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text })
  }

  /** @throws a `UsageError` if not everything could be written */
  async close(): Promise<void> {
    this.#file.end()
    try {
      await finished(this.#file)
    } catch (error) {
      throw new UsageError(`--record: ${(error as Error).message}`)
    }
  }

  #add(what: What<Entry>): void {
    this.#line({ at: Math.round(performance.now() - this.#began), ...what })
  }

  #line(value: object): void {
    this.#file.write(`${JSON.stringify(value)}\n`)
  }
}

/**
 * Ignores a last line that is cut off, because the command was killed, for example.
 *
 * @throws a `UsageError` if the file can't be read or is not a recording
 */
export function readRecording(name: string): Entry[] {
  const text = attempt('--replay', name, () => readFileSync(name, 'utf8'))
  const lines = text.replace(/^\ufeff/, '').split('\n')
  const [opening, ...entries] = lines.map(parse)
  // After the last line feed.
  if (entries.at(-1) === undefined) entries.pop()
  const { everysource, version = 0 }: Partial<Opening> = opening ?? {}
  if (everysource !== 'recording') {
    throw new UsageError(`--replay: "${name}" is not a recording. Make one with --record`)
  }
  if (version > VERSION) {
    throw new UsageError(`--replay: "${name}" is from a newer version of everysource. Update everysource`)
  }
  return entries.flatMap((entry, i) => {
    if (entry) return [entry as Entry]
    if (lines[i + 1]?.trim() === '') return []
    throw new UsageError(`--replay: line ${i + 2} of "${name}" is not valid. Remove it, or record the stream again`)
  })
}

function attempt<Result>(option: string, name: string, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'no such file or folder' : (REASONS[code] ?? code)
    throw new UsageError(`${option}: can't open "${name}": ${why}`)
  }
}

/** Undefined if the line is not an object. */
function parse(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** Undefined if the bytes are not UTF-8, such as part of a character. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
