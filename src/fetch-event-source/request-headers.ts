/** Builds the request headers of an attempt. */

import { displayKind, resultOf } from '../input/checks.ts'
import { lastEventIdHeader } from '../connection/request.ts'

/**
 * The caller's headers.
 *
 * @inline
 */
export type GivenHeaders = Record<string, string> | Headers

const LAST_EVENT_ID = 'last-event-id'

/**
 * Copies the caller's headers.
 *
 * @param place where the headers come from
 * @throws a `TypeError` that names the place
 */
export function copyOf(given: GivenHeaders | null | undefined, place: string): Record<string, string> {
  given ??= {}
  if (typeof given !== 'object') throw new TypeError(`${place} must be an object or Headers, got ${displayKind(given)}`)
  return Symbol.iterator in given ? Object.fromEntries(given) : { ...given }
}

/**
 * Returns the caller's headers plus `last-event-id`, and `accept` unless the caller sets it.
 *
 * @param lastEventId undefined until the stream sends one
 */
export function requestHeaders(
  given: GivenHeaders | undefined,
  lastEventId: string | undefined,
): Record<string, string> {
  const headers = copyOf(given, resultOf('headers'))
  const keysOf = (name: string): string[] => Object.keys(headers).filter((key) => key.toLowerCase() === name)
  if (!keysOf('accept').some((key) => headers[key])) headers.accept = 'text/event-stream'
  if (lastEventId !== undefined) {
    for (const key of keysOf(LAST_EVENT_ID)) Reflect.deleteProperty(headers, key)
    const id = lastEventIdHeader(lastEventId)
    if (id !== undefined) headers[LAST_EVENT_ID] = id
  }
  return headers
}
