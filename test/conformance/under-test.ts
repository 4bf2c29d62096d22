/**
 * What the facts and programs are run on. Which copy of it that is, the runner says: these are bindings that `bind` sets before
 * anything runs.
 */

import type * as dropIn from 'everysource/fetch-event-source'
import type * as library from 'everysource'

export let { EventSource, EventDecoderStream, ConnectionError, streamEvents } = {} as typeof library
export type ConnectionError = library.ConnectionError
/** @public One of these only programs import, where knip does not see it. */
export let { fetchEventSource, EventStreamContentType } = {} as typeof dropIn

/** What `everysource` and `everysource/fetch-event-source` export. */
export interface Library {
  everysource: typeof library
  fetchEventSource: typeof dropIn
}

export function bind(copy: Library): void {
  ;({ EventSource, EventDecoderStream, ConnectionError, streamEvents } = copy.everysource)
  ;({ fetchEventSource, EventStreamContentType } = copy.fetchEventSource)
}
