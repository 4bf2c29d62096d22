/**
 * The copy of the package under test. The runner chooses it with `bind` before any fact runs.
 */

import type * as dropIn from 'everysource/fetch-event-source'
import type * as library from 'everysource'

export let { EventSource, EventDecoderStream, ConnectionError, streamEvents } = {} as typeof library
export type ConnectionError = library.ConnectionError
/** @public Imported by the example programs, which knip does not see. */
export let { fetchEventSource, EventStreamContentType } = {} as typeof dropIn

/** The exports of `everysource` and `everysource/fetch-event-source`. */
export interface Library {
  everysource: typeof library
  fetchEventSource: typeof dropIn
}

export function bind(copy: Library): void {
  ;({ EventSource, EventDecoderStream, ConnectionError, streamEvents } = copy.everysource)
  ;({ fetchEventSource, EventStreamContentType } = copy.fetchEventSource)
}
