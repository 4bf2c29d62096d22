/**
 * Watches what a connection sends and receives, from its option `fetch`:
 *
 *     const observer = observe()
 *     const source = new EventSource(url, { fetch: observer.fetch })
 *     const findings = diagnose(observer.observations, { now: performance.now() })
 */

import type { FetchLike, FetchLikeInit, FetchLikeResponse } from '../connection/request.ts'
import { noText, TextCounter } from './count-text.ts'
import type { End, Head, Lump, Observation } from './observation.ts'
import { watchBody } from './watch-body.ts'

/** More have nothing to say that these have not. */
const MOST_OBSERVATIONS = 20
const MOST_LUMPS = 50
/** A pause in ms that ends a lump. */
const PAUSE = 100

/** Headers that tell something of how a stream is sent; none of them holds a secret. */
const TELLING = [
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
  /** What sends the requests. Default: the global `fetch`, looked up at each request. */
  fetch?: FetchLike
  /** The clock, in ms. Default: `performance.now()`. */
  now?: () => number
  /** Called whenever something has been observed: for the head, each chunk and the end. */
  onChange?: (observation: Observation) => void
  /** Called with the type of each event before it is dispatched: in time to add a listener for it. */
  onType?: (type: string) => void
}

export interface Observer {
  /** For the option `fetch`. */
  readonly fetch: FetchLike
  /** The last twenty requests, the last one at the end. They are updated in place. */
  readonly observations: readonly Observation[]
}

/** An observer of one source or loop. */
export function observe({ fetch, now = () => performance.now(), onChange, onType }: ObserverInit = {}): Observer {
  const observations: Observation[] = []

  const observed: FetchLike = async (url, init) => {
    const observation: Observation = {
      url,
      method: init.method.toUpperCase(),
      lastEventId: lastEventIdOf(init),
      requestedAt: now(),
      lumps: [],
      text: noText(),
    }
    observations.push(observation)
    if (observations.length > MOST_OBSERVATIONS) observations.shift()
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
    onChange?.(observation)
    const { text, lumps } = observation
    const counter = new TextCounter(text, observation.lastEventId, onType)
    const body = watchBody(response.body, {
      chunk: (bytes) => {
        const before = text.events
        counter.count(bytes)
        const at = now()
        add(lumps, {
          at,
          last: at,
          bytes: bytes.byteLength,
          events: text.events - before,
          isCut: text.unfinished > 0,
        })
        onChange?.(observation)
      },
      end: (how, error) => {
        if (!observation.end) counter.end()
        end(how, error)
      },
    })
    return withBody(response, body)
  }

  return { fetch: observed, observations }
}

/** A chunk is part of the lump before it if it came at once after it. */
function add(lumps: Lump[], chunk: Lump): void {
  const before = lumps.at(-1)
  if (before && chunk.at - before.last <= PAUSE) {
    before.last = chunk.at
    before.bytes += chunk.bytes
    before.events += chunk.events
    before.isCut = chunk.isCut
    return
  }
  lumps.push(chunk)
  if (lumps.length > MOST_LUMPS) lumps.shift()
}

function lastEventIdOf({ headers }: FetchLikeInit): string | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === 'last-event-id')?.[1]
}

function headOf(response: FetchLikeResponse, requested: string, at: number): Head {
  const { status, url = '', headers } = response
  const { redirected = false } = response as Partial<Response>
  const told: Record<string, string> = {}
  for (const name of TELLING) {
    const value = headers.get(name)
    if (value !== null) told[name] = value
  }
  return { at, status, url: url === '' ? requested : url, redirected, headers: told }
}

/** The same response in all that is asked of one, but for its body, which cannot be replaced. */
function withBody(response: FetchLikeResponse, body: unknown): FetchLikeResponse {
  const { status, headers, url } = response
  const { statusText, ok, redirected, type } = response as Partial<Response>
  return Object.assign({ status, headers, url, body }, { statusText, ok, redirected, type })
}

/** The first in the error's chain of causes. */
function codeOf(error: unknown): string | undefined {
  for (let depth = 0; depth < 5 && typeof error === 'object' && error !== null; depth++) {
    const { code, cause } = error as { code?: unknown; cause?: unknown }
    if (typeof code === 'string') return code
    error = cause
  }
  return undefined
}
