/** The public class `SharedEventSource` and its interface. */

import type { EventSource, EventsMap } from '../index.ts'
import { defineSharedEventSource } from './define-shared-event-source.ts'
import type { SharedEventSourceConstructor } from './interface.ts'

/**
 * An `EventSource` that shares its connection with all tabs, frames and workers of the origin that use the same URL. One of them
 * holds the connection. When it is closed, the next one takes over and continues after the last event ID.
 *
 * ```js
 * const source = new SharedEventSource('/events')
 * source.onmessage = ({ data }) => console.log(data)
 * ```
 *
 * It differs from an `EventSource` in these points:
 *
 * - `open` events have no `response`. They also fire when another context has taken over
 * - the `error` of an `error` event has no `headers`, `body` or `cause`, except in the context that has the connection
 * - an `error` event also reports that messages may be missing, because the stream has no IDs to continue after, or because this
 *   context was away for too long
 * - `reconnect()` reconnects for all contexts. The functions among the options are called in the one that has the connection
 *
 * @typeParam Events maps event names to the types of their `data`
 */
export interface SharedEventSource<Events extends EventsMap<Events> = object> extends Omit<
  EventSource<Events>,
  'onopen' | 'reset'
> {
  /** Called each time the connection is established. */
  // Typed like the other handlers.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  get onopen(): ((this: any, event: any) => any) | null
  set onopen(handler: ((this: SharedEventSource<Events>, event: Event) => unknown) | null)

  /**
   * Whether this context takes part in sharing. It does not where Web Locks or BroadcastChannel are missing, as in insecure contexts,
   * or are refused, as in sandboxed frames. Then it has its own connection.
   */
  readonly shared: boolean
  /** Whether this context has the connection. */
  readonly leads: boolean
}

/** The class. `new SharedEventSource(url, options)` connects to a URL, or joins the contexts that are connected to it. */
// In the same module as the interface, because declarations inferred from the class refer to it.
export const SharedEventSource: SharedEventSourceConstructor = /* @__PURE__ */ defineSharedEventSource()
