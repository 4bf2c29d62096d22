/** Versions with a broken lifecycle, which the model must detect. */

import type { Mutation } from '../../mutation.ts'

const DISPATCHER = 'src/event-source/dispatcher.ts'

export const BROKEN: Mutation[] = [
  {
    what: 'fires pending events after close()',
    module: DISPATCHER,
    name: 'Dispatcher.close',
    by: '() => () => { this.#readyState = CLOSED }',
  },
  {
    what: 'changes readyState before the error event',
    module: DISPATCHER,
    name: 'Dispatcher.lost',
    by: '(lost) => (error, delay) => { this.#readyState = CONNECTING; return lost(error, delay) }',
  },
  {
    what: 'sends the last ID read instead of the last one dispatched',
    module: 'src/connection/connection.ts',
    name: 'Connection.#nextExchange',
    by: `(nextExchange) => () => {
      const exchange = nextExchange()
      const open = exchange.open.bind(exchange)
      return Object.assign(exchange, { open: (lastEventId, failure) => open(this.#decoder.lastEventId, failure) })
    }`,
  },
  {
    what: 'moves a replaced handler to the end',
    module: 'src/event-source/handler-attributes.ts',
    name: 'HandlerAttributes.set',
    by: '(set) => (type, value) => { set(type, null); set(type, value) }',
  },
]
