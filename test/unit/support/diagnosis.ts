/** Diagnoses streams from a stubbed fetch, with a simulated clock. */

import { onTestFinished } from 'vitest'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import type { Finding } from '../../../src/diagnosis/finding.ts'
import { observe } from '../../../src/diagnosis/observe.ts'
import type { FetchLikeInit, FetchLikeResponse } from '../../../src/index.ts'
import { STUB_URL } from './sources.ts'

/** A request and its response. Defaults to a valid event stream. */
export interface Scenario {
  /** Fails with this system error code instead of a response. */
  fails?: string
  /** No response yet. */
  hangs?: boolean
  status?: number
  /** Target of a redirect. */
  url?: string
  headers?: Record<string, string | null>
  /** Chunks, and delays in ms between them. */
  chunks?: (string | Uint8Array | number)[]
  /** How the body ends. It stays open by default. */
  end?: 'ended' | 'failed'
  /** Delay until the diagnosis, in ms. */
  then?: number
}

/** Returns the findings after these requests. */
export async function diagnoseResponses(
  scenarios: Scenario[],
  { page, requested = STUB_URL }: { page?: string; requested?: string } = {},
): Promise<Finding[]> {
  let now = 1_000
  let scenario: Scenario = {}
  const requests = new AbortController()
  onTestFinished(() => {
    requests.abort()
  })
  const observer = observe({ now: () => now, fetch: () => answer(scenario) })
  for (scenario of scenarios) {
    const init: FetchLikeInit = { method: 'GET', redirect: 'follow', headers: {}, signal: requests.signal }
    const answered = observer.fetch(requested, init)
    if (!scenario.hangs) await read(answered, scenario, (ms) => (now += ms))
    now += scenario.then ?? 0
  }
  return diagnose(observer.observations, { now, page })
}

function answer({
  fails,
  hangs,
  status = 200,
  url,
  headers = {},
  chunks = [],
  end,
}: Scenario): Promise<FetchLikeResponse> {
  if (hangs) return new Promise(() => undefined)
  if (fails !== undefined) {
    const cause = Object.assign(new Error('connect'), fails !== '' && { code: fails })
    return Promise.reject(new TypeError('fetch failed', { cause }))
  }
  const all = Object.entries<string | null>({ 'Content-Type': 'text/event-stream', ...headers })
  const given = all.filter((header): header is [string, string] => header[1] !== null)
  const pieces = chunks.filter((chunk) => typeof chunk !== 'number')
  const body = new ReadableStream({
    pull(controller) {
      const piece = pieces.shift()
      if (piece !== undefined) controller.enqueue(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece)
      else if (end === 'ended') controller.close()
      else if (end === 'failed') controller.error(new TypeError('terminated'))
      else return new Promise(() => undefined)
      return undefined
    },
  })
  const response = { status, url: url ?? '', redirected: url !== undefined, headers: new Headers(given), body }
  return Promise.resolve(response)
}

/** Reads chunk by chunk while the simulated clock advances. */
async function read(
  answered: Promise<FetchLikeResponse>,
  { chunks = [], end, fails }: Scenario,
  pass: (ms: number) => void,
): Promise<void> {
  if (fails !== undefined) {
    await answered.catch(() => undefined)
    return
  }
  const reader = ((await answered).body as ReadableStream<Uint8Array>).getReader()
  for (const chunk of chunks) {
    if (typeof chunk === 'number') pass(chunk)
    else await reader.read()
  }
  if (end !== undefined) await reader.read().catch(() => undefined)
}
