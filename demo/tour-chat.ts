/** The tour's chat: a POST that is refused, has to wait, breaks off in the middle, and brings its whole answer all the same. */

import type { EventSourceInit } from 'everysource'
import assert from 'node:assert/strict'
import { answerTo } from './answer.ts'
import { TOKEN } from './chat-request.ts'
import { failure, leave, visit, type Visit } from './client.ts'
import type { Terminal } from './terminal.ts'

const PROMPT = 'Hello there'

/** Asks with a wrong token, then with the right one; rejects when a token of the answer is lost or comes twice. */
export async function chat(base: string, terminal: Terminal): Promise<void> {
  const refused = visit(base, '/chat', terminal, ask(PROMPT, 'wrong-token'))
  const { body } = await failure(refused)
  terminal.line(refused.path, '', `error.body: ${body}`)

  const answered = visit(base, '/chat?busy=1&drop=16', terminal, ask(PROMPT, TOKEN))
  const tokens = await answer(answered)
  leave(answered, 'by the client, at [DONE]')
  assert.deepEqual(tokens, answerTo(PROMPT), 'The chat has lost a token, or brought one twice')
  terminal.line(answered.path, '', `compared: all ${tokens.length} tokens, none lost, none doubled`)
}

/** The options that make a stream of a chat. */
export function ask(prompt: string, token: string): EventSourceInit {
  return {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ prompt }),
    // A POST is sent again only for who says so. This one may be: Last-Event-ID makes the server go on where it was.
    reconnect: {
      maxAttempts: 5,
      // A refusal is final, but for "too many requests"; how long to wait then is what Retry-After says.
      shouldReconnect: ({ status }) => (status === 429 ? true : undefined),
    },
  }
}

/** The tokens up to `[DONE]`, shown as they come; rejects when one comes twice. */
function answer({ path, source, terminal }: Visit): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const tokens: string[] = []
    const ids = new Set<string>()
    source.addEventListener('message', ({ data, lastEventId }) => {
      // At once: an answer that does not get on would never end.
      if (ids.has(lastEventId)) reject(new Error(`The chat has brought ${lastEventId} twice`))
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
