/** Streams an answer from an OpenAI-style API. */

import { streamEvents } from 'everysource'

interface Piece {
  choices: { delta: { content?: string } }[]
}

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
