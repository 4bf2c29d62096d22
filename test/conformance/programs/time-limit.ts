/** Reads events until a time limit. */

import { streamEvents } from 'everysource'

export async function listenFor(url: string, milliseconds: number): Promise<string[]> {
  const heard: string[] = []
  const signal = AbortSignal.timeout(milliseconds)
  try {
    for await (const { data } of streamEvents(url, { signal, reconnect: true })) heard.push(data)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return heard
}
