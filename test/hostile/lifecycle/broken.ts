/** Versions whose life goes wrong on purpose: a model that agrees with everything must not pass for one that knows. */

import type { Mutation } from '../../mutation.ts'

const DISPATCHER = 'src/event-source/dispatcher.ts'

export const BROKEN: Mutation[] = [
  {
    what: 'fires what waits when it has been closed',
    file: DISPATCHER,
    replace: 'this.#readyState = CLOSED\n    this.#tasks.clear()',
    by: 'this.#readyState = CLOSED',
  },
  {
    what: 'is connecting before it says so',
    file: DISPATCHER,
    replace: 'lost(error: ConnectionError, delay: number): Promise<void> {',
    by: 'lost(error: ConnectionError, delay: number): Promise<void> {\n    this.#readyState = CONNECTING',
  },
  {
    what: 'sends the id that was read last instead of the one that was dispatched',
    file: 'src/connection/connection.ts',
    replace: 'exchange.open(this.#sink.lastEventId, failure)',
    by: 'exchange.open(this.#decoder.lastEventId, failure)',
  },
  {
    what: 'gives a handler that replaces another a place of its own',
    file: 'src/event-source/handler-attributes.ts',
    replace: 'handler.callback = callback',
    by: 'removeListener(this.#target, type, handler.listener)\n      this.#activate(type, callback)',
  },
]
