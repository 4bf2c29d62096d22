/** Retries a POST while the server is busy. */

import { streamEvents } from 'everysource'

export async function ask(url: string, question: string, show: (text: string) => void): Promise<void> {
  const events = streamEvents(url, {
    method: 'POST',
    body: question,
    reconnect: { maxAttempts: 5, shouldReconnect: ({ status }) => status === 429 },
  })
  for await (const { data } of events) show(data)
}
