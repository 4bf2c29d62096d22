/** Why a request was refused */

import { ConnectionError, streamEvents } from 'everysource'

interface Refusal {
  error: { message: string }
}

/**
 * APIs say what is wrong in a body of JSON. A `ConnectionError` has the text of it, so that users can be told "Your key has
 * expired" and not "401".
 */
export async function ask(url: string, apiKey: string, show: (text: string) => void): Promise<void> {
  try {
    for await (const { data } of streamEvents(url, { headers: { Authorization: `Bearer ${apiKey}` } })) show(data)
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    const isJSON = error.headers?.get('Content-Type')?.startsWith('application/json')
    show(isJSON ? (JSON.parse(error.body ?? '') as Refusal).error.message : error.message)
  }
}
