/** A chat in the manner of OpenAI */

import { streamEvents } from 'everysource'

interface Piece {
  choices: { delta: { content?: string } }[]
}

/**
 * Shows the answer as it comes. The last event is `[DONE]`, which is not JSON, so it is looked for before anything is parsed. The
 * loop runs on to the end of the response: leaving it at `[DONE]` would close the connection, and the next request would need a new
 * one. A stream that ends without `[DONE]` has been cut short, however politely.
 */
export async function ask(url: string, apiKey: string, question: string, show: (text: string) => void): Promise<void> {
  const events = streamEvents(url, {
    method: 'POST',
    headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'some-model', stream: true, messages: [{ role: 'user', content: question }] }),
  })

  let isComplete = false
  for await (const { data } of events) {
    if (data === '[DONE]') isComplete = true
    else show((JSON.parse(data) as Piece).choices[0]?.delta.content ?? '')
  }
  if (!isComplete) throw new Error('The answer is not complete')
}
