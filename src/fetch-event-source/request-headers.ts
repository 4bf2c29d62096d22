/** The headers of an attempt. */

import { lastEventIdHeader } from '../connection/request.ts'

/** What the caller may give. */
export type RequestHeaders = Record<string, string> | Headers

const LAST_EVENT_ID = 'last-event-id'

/** The caller's headers as they are now. */
export function copyOf(given: RequestHeaders = {}): Record<string, string> {
  return Symbol.iterator in given ? Object.fromEntries(given) : { ...given }
}

/**
 * The caller's headers, what the stream's last event ID string asks for, and `accept` where the caller says nothing of it.
 *
 * @param lastEventId undefined until the stream has said something
 */
export function requestHeaders(
  given: RequestHeaders | undefined,
  lastEventId: string | undefined,
): Record<string, string> {
  const headers = copyOf(given)
  const isAbout = (name: string) => (key: string) => key.toLowerCase() === name
  if (lastEventId !== undefined) {
    for (const key of Object.keys(headers).filter(isAbout(LAST_EVENT_ID))) Reflect.deleteProperty(headers, key)
  }
  if (!Object.keys(headers).some(isAbout('accept'))) headers.accept = 'text/event-stream'
  const id = lastEventIdHeader(lastEventId ?? '')
  if (id !== undefined) headers[LAST_EVENT_ID] = id
  return headers
}
