/** The tour's chat: a POST that is refused, rate limited, and cut off, and still receives its whole answer. */

import type { EventSourceInit } from 'everysource'
import assert from 'node:assert/strict'
import { answerTo } from './answer.ts'
import { TOKEN } from './chat-request.ts'
import { close, failure, visit, type Visit } from './client.ts'
import type { Terminal } from './terminal.ts'

const PROMPT = 'Hello there'

/** Sends a wrong token, then the right one; rejects if a token of the answer is lost or repeated. */
export async function chat(base: string, terminal: Terminal): Promise<void> {
  const refused = visit(base, '/chat', terminal, request(PROMPT, 'wrong-token'))
  const { body } = await failure(refused)
  terminal.line(refused.path, '', `error.body: ${body}`)

  const answered = visit(base, '/chat?busy=1&drop=16', terminal, request(PROMPT, TOKEN))
  const tokens = await answer(answered)
  close(answered, 'by the client, at [DONE]')
  assert.deepEqual(tokens, answerTo(PROMPT), 'The chat lost or repeated a token')
  terminal.line(answered.path, '', `all ${tokens.length} tokens received exactly once`)
}

/** The options for a chat request. */
export function request(prompt: string, token: string): EventSourceInit {
  return {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ prompt }),
    // A POST doesn't reconnect by default. This one can, because the server resumes after Last-Event-ID.
    reconnect: {
      maxAttempts: 5,
      // Error statuses are final except 429, where Retry-After sets the delay.
      shouldReconnect: ({ status }) => (status === 429 ? true : undefined),
    },
  }
}

/** Prints the tokens up to `[DONE]`; rejects if one is repeated. */
function answer({ path, source, terminal }: Visit): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const tokens: string[] = []
    const ids = new Set<string>()
    source.addEventListener('message', ({ data, lastEventId }) => {
      // Reject at once, because an answer that starts over might never end.
      if (ids.has(lastEventId)) reject(new Error(`The chat repeated ${lastEventId}`))
      ids.add(lastEventId)
      if (data === '[DONE]') {
        resolve(tokens)
        return
      }
      const { token } = JSON.parse(data) as { token: string }
      tokens.push(token)
      terminal.grow(path, 'message', tokens.join(''))
    })
    source.addEventListener('error', (event) => {
      if ('data' in event) reject(new Error(event.data))
      else if (!event.willReconnect) reject(event.error)
    })
  })
}
