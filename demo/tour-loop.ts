/** The tour's loop: reads the start of a chat answer with `for await`. */

import { streamEvents } from 'everysource'
import { TOKEN } from './chat-request.ts'
import type { Terminal } from './terminal.ts'
import { request } from './tour-chat.ts'

/** Tokens to read. */
const LIMIT = 8

/** Reads the first tokens of an answer; leaving the loop cancels the response. */
export async function loop(base: string, terminal: Terminal): Promise<void> {
  const path = '/chat'
  const url = new URL(path, base)
  terminal.line(path, 'CONNECTING', `to ${url.href}`)
  const events = streamEvents(url, request('Hello there', TOKEN))
  const tokens: string[] = []
  for await (const { data } of events) {
    const { token } = JSON.parse(data) as { token: string }
    tokens.push(token)
    terminal.grow(path, 'for await', tokens.join(''))
    if (tokens.length === LIMIT) break
  }
  terminal.line(path, 'CLOSED', `by break, after ${events.lastEventId}`)
}
