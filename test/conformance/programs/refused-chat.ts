/** Shows why a request was refused. */

import { ConnectionError, streamEvents } from 'everysource'

interface Refusal {
  error: { message: string }
}

export async function ask(url: string, apiKey: string, show: (text: string) => void): Promise<void> {
  try {
    for await (const { data } of streamEvents(url, { headers: { Authorization: `Bearer ${apiKey}` } })) show(data)
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    const isJSON = error.headers?.get('Content-Type')?.startsWith('application/json')
    show(isJSON ? (JSON.parse(error.body ?? '') as Refusal).error.message : error.message)
  }
}
