/** The headers of an attempt. */

import { lastEventIdHeader } from '../connection/request.ts'

/** What the caller may give. */
export type RequestHeaders = Record<string, string> | Headers

const LAST_EVENT_ID = 'last-event-id'

/**
 * The caller's headers, what the stream's last event ID string asks for, and `accept` where the caller says nothing of it.
 *
 * @param lastEventId undefined until the stream has said something
 */
export function requestHeaders(given: RequestHeaders = {}, lastEventId: string | undefined): Record<string, string> {
  const entries = Object.entries(Symbol.iterator in given ? Object.fromEntries(given) : given)
  const isGiven = (name: string): boolean => entries.some(([key]) => key.toLowerCase() === name)
  const headers = Object.fromEntries(
    entries.filter(([key]) => lastEventId === undefined || key.toLowerCase() !== LAST_EVENT_ID),
  )
  if (!isGiven('accept')) headers.accept = 'text/event-stream'
  const id = lastEventIdHeader(lastEventId ?? '')
  if (id !== undefined) headers[LAST_EVENT_ID] = id
  return headers
}
