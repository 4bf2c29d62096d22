/** The tour's loop: the chat again, of which the client has soon read enough. */

import { streamEvents } from 'everysource'
import { TOKEN } from './chat-request.ts'
import type { Terminal } from './terminal.ts'
import { ask } from './tour-chat.ts'

/** How many tokens are enough. */
const ENOUGH = 8

/** Takes the first tokens of an answer; leaving the loop ends the response, wherever it is. */
export async function loop(base: string, terminal: Terminal): Promise<void> {
  const path = '/chat'
  const url = new URL(path, base)
  terminal.line(path, 'CONNECTING', `to ${url.href}`)
  const events = streamEvents(url, ask('Hello there', TOKEN))
  const tokens: string[] = []
  for await (const { data } of events) {
    const { token } = JSON.parse(data) as { token: string }
    tokens.push(token)
    terminal.grow(path, 'for await', tokens.join(''))
    if (tokens.length === ENOUGH) break
  }
  terminal.line(path, 'CLOSED', `by break, after ${events.lastEventId}`)
}
