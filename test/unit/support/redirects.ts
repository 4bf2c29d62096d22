/** Redirects as answers of a fetch that is none. */

import type { FetchLikeInit, FetchLikeResponse } from '../../../src/connection/request.ts'
import { type Outcome, sendByHand } from '../../../src/connection/redirect.ts'

export const STATUSES = [301, 302, 303, 307, 308]

export const START = 'http://a.test/start?q=1'
export const HEADERS = {
  Authorization: 'Bearer x',
  'content-type': 'application/json',
  'Content-Length': '2',
  'Content-Encoding': 'gzip',
  'Content-Language': 'en',
  'Content-Location': '/',
  'X-Content': '1',
}

interface Sent {
  outcome: Outcome
  requests: [url: string, init: FetchLikeInit][]
  answers: FetchLikeResponse[]
}

/** Sends a request whose answers are these, the last again and again. */
export async function send(
  answers: unknown[],
  allowed: 'error' | 'same-origin' = 'same-origin',
  given: Partial<FetchLikeInit> = {},
): Promise<Sent> {
  const { signal } = new AbortController()
  const requests: Sent['requests'] = []
  const fetch = (...request: [string, FetchLikeInit]): Promise<FetchLikeResponse> => {
    requests.push(request)
    return Promise.resolve(answers[Math.min(requests.length, answers.length) - 1] as FetchLikeResponse)
  }
  const init = { method: 'GET', redirect: 'manual', headers: HEADERS, signal, ...given } as const
  const outcome = await sendByHand(fetch, [START, init], allowed)
  return { outcome, requests, answers: answers as FetchLikeResponse[] }
}

export function to(location: string, status = 302): Response {
  return new Response('moved', { status, headers: { location } })
}

export const good = (): Response => new Response('good')
