/** Streams an answer from an Anthropic-style API. */

import { streamEvents } from 'everysource'

/** The parts of the data that are used here. */
interface Delta {
  delta: { text?: string; stop_reason?: string }
}
interface Failure {
  error: { message: string }
}

export async function ask(
  url: string,
  apiKey: string,
  question: string,
  show: (text: string) => void,
): Promise<string> {
  const events = streamEvents(url, {
    method: 'POST',
    headers: { 'X-API-Key': apiKey, 'Anthropic-Version': '2023-06-01', 'Content-Type': 'application/json' },
    body: JSON.stringify({
      model: 'some-model',
      max_tokens: 1024,
      stream: true,
      messages: [{ role: 'user', content: question }],
    }),
    redirect: 'same-origin',
    idleTimeout: 60_000,
  })

  let stopReason = 'unknown'
  let isComplete = false
  for await (const { type, data } of events) {
    switch (type) {
      case 'content_block_delta':
        show((JSON.parse(data) as Delta).delta.text ?? '')
        break
      case 'message_delta':
        stopReason = (JSON.parse(data) as Delta).delta.stop_reason ?? stopReason
        break
      case 'message_stop':
        isComplete = true
        break
      case 'error':
        throw new Error((JSON.parse(data) as Failure).error.message)
    }
  }
  if (!isComplete) throw new Error('The answer is not complete')
  return stopReason
}
