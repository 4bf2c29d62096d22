/** A chat in the manner of OpenAI */

import { streamEvents } from 'everysource'

interface Piece {
  choices: { delta: { content?: string } }[]
}

/**
 * Shows the answer as it comes. The last event is `[DONE]`, which is no JSON, so it is looked for before anything is parsed;
 * leaving the loop there closes the connection. A stream that ends without it has been cut short, however politely.
 */
export async function ask(url: string, apiKey: string, question: string, show: (text: string) => void): Promise<void> {
  const events = streamEvents(url, {
    method: 'POST',
    headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'some-model', stream: true, messages: [{ role: 'user', content: question }] }),
  })

  for await (const { data } of events) {
    if (data === '[DONE]') return
    const { choices } = JSON.parse(data) as Piece
    show(choices[0]?.delta.content ?? '')
  }
  throw new Error('The answer is not complete')
}
