/** Helpers for requests to the demo's chat. */

import type { EventSourceInit } from 'everysource'
import { expect } from 'vitest'
import { listen, type Recording } from './open.ts'

export const PROMPT = 'Why?'
export const HEADERS = { Authorization: 'Bearer demo-token', 'Content-Type': 'application/json' }
export const BODY = JSON.stringify({ prompt: PROMPT })

/** Sends a valid request, with these overrides. */
export function post(url: string, init: RequestInit = {}, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: BODY, ...init, headers: { ...HEADERS, ...headers } })
}

/** Opens a source that closes at `[DONE]`, like an application would. */
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

/** Reads a refused response. */
export async function refusal(response: Response): Promise<{ status: number; type: string; message: string }> {
  expect(response.headers.get('content-type')).toBe('application/json')
  const { error } = (await response.json()) as { error: { type: string; message: string } }
  return { status: response.status, ...error }
}
