/** A Response that you have already */

import { streamEvents } from 'everysource'

/**
 * For requests that are made elsewhere, by a client of the API for example. The response is checked as one of our own would
 * be, so nobody has to ask for `response.ok`: a page to log in, or an error as JSON, is a `ConnectionError` in the loop.
 */
export async function showAnswer(response: Response, show: (text: string) => void): Promise<void> {
  show(`${response.headers.get('X-Requests-Left') ?? 'no'} requests left`)
  for await (const { data } of streamEvents(response)) show(data)
}
