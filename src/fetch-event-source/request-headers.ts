/** The headers of an attempt. */

import { lastEventIdHeader } from '../connection/request.ts'

/**
 * What the caller may give.
 *
 * @inline
 */
export type GivenHeaders = Record<string, string> | Headers

const LAST_EVENT_ID = 'last-event-id'

/** The caller's headers as they are now. */
export function copyOf(given: GivenHeaders | null | undefined): Record<string, string> {
  given ??= {}
  return Symbol.iterator in given ? Object.fromEntries(given) : { ...given }
}

/**
 * The caller's headers, what the stream's last event ID string asks for, and `accept` where the caller says nothing of it.
 *
 * @param lastEventId undefined until the stream has said something
 */
export function requestHeaders(
  given: GivenHeaders | undefined,
  lastEventId: string | undefined,
): Record<string, string> {
  const headers = copyOf(given)
  if (lastEventId !== undefined) {
    for (const key of keysOf(headers, LAST_EVENT_ID)) Reflect.deleteProperty(headers, key)
  }
  if (!keysOf(headers, 'accept').some((key) => headers[key])) headers.accept = 'text/event-stream'
  const id = lastEventIdHeader(lastEventId ?? '')
  if (id !== undefined) headers[LAST_EVENT_ID] = id
  return headers
}

/** The ID that headers say, in whatever case; empty where they say none. */
export function lastEventIdOf(headers: Record<string, string>): string {
  const [key = ''] = keysOf(headers, LAST_EVENT_ID)
  return headers[key] ?? ''
}

function keysOf(headers: object, name: string): string[] {
  return Object.keys(headers).filter((key) => key.toLowerCase() === name)
}
