/** A server that is busy */

import { streamEvents } from 'everysource'

/**
 * A 429 means that nothing has happened yet, so that even a POST may be sent again, after as long as the server's
 * `Retry-After` asks for. Once an answer has begun, nothing is repeated: neither a failure nor an end has that status.
 */
export async function ask(url: string, question: string, show: (text: string) => void): Promise<void> {
  const events = streamEvents(url, {
    method: 'POST',
    body: question,
    reconnect: { maxAttempts: 5, shouldReconnect: ({ status }) => status === 429 },
  })
  for await (const { data } of events) show(data)
}
