/** Requests for the demo's chat. */

import type { EventSourceInit } from 'everysource'
import { expect } from 'vitest'
import { listen, type Recording } from './open.ts'

export const PROMPT = 'Why?'
export const HEADERS = { Authorization: 'Bearer demo-token', 'Content-Type': 'application/json' }
export const BODY = JSON.stringify({ prompt: PROMPT })

/** A request that is as it should be, but for what is given. */
export function post(url: string, init: RequestInit = {}, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: BODY, ...init, headers: { ...HEADERS, ...headers } })
}

/** What an application would do: closes at `[DONE]`. */
export function ask(url: string, options: EventSourceInit = {}): Recording {
  const recording = listen(url, ['message'], {
    method: 'POST',
    headers: HEADERS,
    body: BODY,
    reconnect: true,
    ...options,
  })
  const { source } = recording
  source.addEventListener('message', ({ data }) => {
    if (data === '[DONE]') source.close()
  })
  return recording
}

/** Why a response was refused. */
export async function refusal(response: Response): Promise<{ status: number; type: string; message: string }> {
  expect(response.headers.get('content-type')).toBe('application/json')
  const { error } = (await response.json()) as { error: { type: string; message: string } }
  return { status: response.status, ...error }
}
