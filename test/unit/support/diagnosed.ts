/** Has a loop receive what a stub fetch answers, on a clock that the story moves, and diagnoses it. */

import { onTestFinished } from 'vitest'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import type { Finding } from '../../../src/diagnosis/finding.ts'
import { observe } from '../../../src/diagnosis/observe.ts'
import type { FetchLikeInit, FetchLikeResponse } from '../../../src/index.ts'
import { NOWHERE } from './sources.ts'

/** One request and its answer: a good event stream but for what it says. */
export interface Story {
  /** No response: the system's code. */
  fails?: string
  /** There is no response yet. */
  hangs?: boolean
  status?: number
  /** Where it was redirected to. */
  url?: string
  headers?: Record<string, string | null>
  /** Chunks, and ms that pass before the next. */
  chunks?: (string | Uint8Array | number)[]
  /** How the body ends, if it does. */
  end?: 'ended' | 'failed'
  /** ms that pass until the diagnosis. */
  then?: number
}

/** What is found after these requests. */
export async function diagnosed(
  stories: Story[],
  { page, requested = NOWHERE }: { page?: string; requested?: string } = {},
): Promise<Finding[]> {
  let now = 1_000
  let story: Story = {}
  const requests = new AbortController()
  onTestFinished(() => {
    requests.abort()
  })
  const observer = observe({ now: () => now, fetch: () => answer(story) })
  for (story of stories) {
    const init: FetchLikeInit = { method: 'GET', redirect: 'follow', headers: {}, signal: requests.signal }
    const answered = observer.fetch(requested, init)
    if (!story.hangs) await read(answered, story, (ms) => (now += ms))
    now += story.then ?? 0
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
}: Story): Promise<FetchLikeResponse> {
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

/** Reads chunk by chunk, while time passes as the story says. */
async function read(
  answered: Promise<FetchLikeResponse>,
  { chunks = [], end, fails }: Story,
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
