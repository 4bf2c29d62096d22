/** Reads the events of a response that the caller has fetched. */

import { streamEvents } from 'everysource'

export async function showAnswer(response: Response, show: (text: string) => void): Promise<void> {
  show(`${response.headers.get('X-Requests-Left') ?? 'no'} requests left`)
  for await (const { data } of streamEvents(response)) show(data)
}
