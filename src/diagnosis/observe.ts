/**
 * Observes the requests and responses of a connection through its option `fetch`:
 *
 *     const observer = observe()
 *     const source = new EventSource(url, { fetch: observer.fetch })
 *     const findings = diagnose(observer.observations, { now: performance.now() })
 */

import { createLearner, type KeepAlive } from '../connection/keep-alive.ts'
import type { FetchLike, FetchLikeInit, FetchLikeResponse } from '../connection/request.ts'
import { emptyCounts, TextCounter } from './count-text.ts'
import { TOO_MANY_REDIRECTS } from './redirects.ts'
import type { Burst, End, Head, Observation } from './observation.ts'
import { watchBody } from './watch-body.ts'

/** Older observations add nothing to a diagnosis. */
const MAX_OBSERVATIONS = 20
const MAX_BURSTS = 50
/** A pause in ms that ends a burst. */
const PAUSE = 100

/** Headers relevant to a diagnosis. Must not include secrets. */
export const RELEVANT_HEADERS = [
  'access-control-allow-origin',
  'age',
  'allow',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'retry-after',
  'server',
  'transfer-encoding',
  'via',
  'www-authenticate',
  'x-accel-buffering',
  'x-cache',
  'x-powered-by',
]

export interface ObserverInit {
  /** Sends the requests. Default: the global `fetch`, looked up for each request. */
  fetch?: FetchLike
  /** The clock, in ms. Default: `performance.now()`. */
  now?: () => number
  /** Called with each response. */
  onResponse?: (response: FetchLikeResponse) => void
  /** Called with each chunk before it is passed on. It waits for a promise. */
  onChunk?: (bytes: Uint8Array) => Promise<void> | void
  /** Called for the request, the head, each chunk and the end. */
  onChange?: (observation: Observation) => void
  /** Called with the type of each event before it is dispatched, in time to add a listener for it. */
  onType?: (type: string) => void
  /** Called when a keep-alive interval is learned, lost, or changes noticeably. */
  onKeepAlive?: (learned: KeepAlive) => void
}

export interface Observer {
  /** For the option `fetch`. */
  readonly fetch: FetchLike
  /** The last twenty requests, the latest at the end. Updated in place. */
  readonly observations: readonly Observation[]
  /** The interval and limit that `idleTimeout: 'auto'` would learn. */
  readonly keepAlive: KeepAlive
}

/** Creates an observer for one source or loop. */
export function observe({
  fetch,
  now = () => performance.now(),
  onResponse,
  onChunk,
  onChange,
  onType,
  onKeepAlive,
}: ObserverInit = {}): Observer {
  const observations: Observation[] = []
  const keepAlive = createLearner()

  const observed: FetchLike = async (url, init) => {
    const observation: Observation = {
      url,
      method: init.method.toUpperCase(),
      lastEventId: lastEventIdOf(init),
      requestedAt: now(),
      bursts: [],
      text: emptyCounts(),
    }
    observations.push(observation)
    if (observations.length > MAX_OBSERVATIONS) observations.shift()
    const end = (how: End['how'], error?: unknown): void => {
      if (observation.end) return
      const code = codeOf(error)
      const actual = how === 'failed' && init.signal.aborted ? 'aborted' : how
      observation.end = { at: now(), how: actual, ...(code !== undefined && { code }) }
      onChange?.(observation)
    }
    onChange?.(observation)

    let response: FetchLikeResponse
    try {
      response = await (fetch ?? globalThis.fetch)(url, init)
    } catch (error) {
      end('failed', error)
      throw error
    }
    observation.head = headOf(response, url, now())
    keepAlive.opened(observation.head.at)
    onResponse?.(response)
    onChange?.(observation)
    const { text, bursts } = observation
    const counter = new TextCounter(text, observation.lastEventId, onType)
    const body = watchBody(response.body, {
      chunk: (bytes) => {
        const before = text.events
        counter.count(bytes)
        const at = now()
        if (keepAlive.arrived(bytes, at)) onKeepAlive?.(keepAlive)
        add(bursts, {
          at,
          last: at,
          bytes: bytes.byteLength,
          events: text.events - before,
          endsMidLine: text.unfinished > 0,
        })
        onChange?.(observation)
        return onChunk?.(bytes)
      },
      end: (how, error) => {
        if (!observation.end) counter.end()
        end(how, error)
      },
    })
    return withBody(response, body)
  }

  return { fetch: observed, observations, keepAlive }
}

/** Merges a chunk with the previous burst if no pause was between them. */
function add(bursts: Burst[], chunk: Burst): void {
  const before = bursts.at(-1)
  if (before && chunk.at - before.last <= PAUSE) {
    before.last = chunk.at
    before.bytes += chunk.bytes
    before.events += chunk.events
    before.endsMidLine = chunk.endsMidLine
    return
  }
  bursts.push(chunk)
  if (bursts.length > MAX_BURSTS) bursts.shift()
}

function lastEventIdOf({ headers }: FetchLikeInit): string | undefined {
  const sent = Object.entries(headers).find(([name]) => name.toLowerCase() === 'last-event-id')?.[1]
  return sent === undefined ? undefined : headerText(sent)
}

/** Decodes a header value: it has one character per byte, and the bytes of an event ID are UTF-8. */
export function headerText(value: string): string {
  if (!/^[\0-\xff]*$/.test(value)) return value
  try {
    const bytes = Uint8Array.from(value, (byte) => byte.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return value
  }
}

function headOf(response: FetchLikeResponse, requested: string, at: number): Head {
  const { status, url = '', headers } = response
  const { redirected = false } = response as Partial<Response>
  const relevant: Record<string, string> = {}
  for (const name of RELEVANT_HEADERS) {
    const value = headers.get(name)
    if (value !== null) relevant[name] = value
  }
  return { at, status, url: url === '' ? requested : url, redirected, headers: relevant }
}

/** Copies the response members that callers use, with another body. (The body of a Response can't be replaced.) */
function withBody(response: FetchLikeResponse, body: unknown): FetchLikeResponse {
  const { status, headers, url } = response
  const { statusText, ok, redirected, type } = response as Partial<Response>
  return Object.assign({ status, headers, url, body }, { statusText, ok, redirected, type })
}

/** Returns the first code in the error's chain of causes. */
function codeOf(error: unknown): string | undefined {
  for (let depth = 0; depth < 5 && typeof error === 'object' && error !== null; depth++) {
    const { code, cause, message } = error as { code?: unknown; cause?: unknown; message?: unknown }
    if (typeof code === 'string') return code
    // Node's fetch gives this error no code.
    if (message === 'redirect count exceeded') return TOO_MANY_REDIRECTS
    error = cause
  }
  return undefined
}
