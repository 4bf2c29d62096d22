/** The headers of an attempt. */

import { lastEventIdHeader } from '../connection/request.ts'

/**
 * The caller's headers.
 *
 * @inline
 */
export type GivenHeaders = Record<string, string> | Headers

const LAST_EVENT_ID = 'last-event-id'

/** A copy of the caller's headers. */
export function copyOf(given: GivenHeaders | null | undefined): Record<string, string> {
  given ??= {}
  return Symbol.iterator in given ? Object.fromEntries(given) : { ...given }
}

/**
 * The caller's headers, with the stream's last event ID, and `accept` unless it is among them.
 *
 * @param lastEventId undefined until the stream sends one
 */
export function requestHeaders(
  given: GivenHeaders | undefined,
  lastEventId: string | undefined,
): Record<string, string> {
  const headers = copyOf(given)
  const keysOf = (name: string): string[] => Object.keys(headers).filter((key) => key.toLowerCase() === name)
  if (!keysOf('accept').some((key) => headers[key])) headers.accept = 'text/event-stream'
  if (lastEventId !== undefined) {
    for (const key of keysOf(LAST_EVENT_ID)) Reflect.deleteProperty(headers, key)
    const id = lastEventIdHeader(lastEventId)
    if (id !== undefined) headers[LAST_EVENT_ID] = id
  }
  return headers
}
