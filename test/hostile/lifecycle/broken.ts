/** Versions whose lifecycle goes wrong on purpose: a model that agrees with everything must not pass. */

import type { Mutation } from '../../mutation.ts'

const DISPATCHER = 'src/event-source/dispatcher.ts'

export const BROKEN: Mutation[] = [
  {
    what: 'fires what waits when it has been closed',
    module: DISPATCHER,
    name: 'Dispatcher.close',
    by: '() => () => { this.#readyState = CLOSED }',
  },
  {
    what: 'is connecting before it says so',
    module: DISPATCHER,
    name: 'Dispatcher.lost',
    by: '(lost) => (error, delay) => { this.#readyState = CONNECTING; return lost(error, delay) }',
  },
  {
    what: 'sends the id that was read last instead of the one that was dispatched',
    module: 'src/connection/connection.ts',
    name: 'Connection.#nextExchange',
    by: `(nextExchange) => () => {
      const exchange = nextExchange()
      const open = exchange.open.bind(exchange)
      return Object.assign(exchange, { open: (lastEventId, failure) => open(this.#decoder.lastEventId, failure) })
    }`,
  },
  {
    what: 'gives a handler that replaces another a place of its own',
    module: 'src/event-source/handler-attributes.ts',
    name: 'HandlerAttributes.set',
    by: '(set) => (type, value) => { set(type, null); set(type, value) }',
  },
]
