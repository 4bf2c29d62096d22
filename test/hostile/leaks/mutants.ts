/** Versions that leak on purpose, each of which must be detected. */

import type { Mutation } from '../../mutation.ts'
import { grows } from './heap.ts'
import type { Outcome } from './processes.ts'

interface Mutant extends Mutation {
  /** The scenario that reveals it. */
  scenario: string
  /** Number of cycles if the heap reveals it. */
  cycles?: number
  isDetected: (outcome: Outcome) => boolean
}

/** Only the heap reveals them. */
const KEPT = 2_048

const CONNECTION = 'src/connection/connection.ts'

export const MUTANTS: Mutant[] = [
  {
    what: "never removes its listener from the caller's signal",
    module: CONNECTION,
    name: 'Connection.start',
    by: '(start) => () => { start(); this.#unsubscribeSignal = undefined }',
    scenario: 'connect, message, close',
    isDetected: ({ listeners }) => hasSome(listeners),
  },
  {
    what: 'keeps the socket of a refused response',
    module: 'src/connection/response.ts',
    name: 'openResponse',
    by: `(openResponse) => (response, requested, request) => {
      if (response.status !== 200) request.abort = () => undefined
      return openResponse(response, requested, request)
    }`,
    scenario: 'a refused response',
    isDetected: ({ sockets }) => sockets > 0,
  },
  {
    what: 'keeps the socket of a loop that is left',
    module: 'src/event-stream/event-stream.ts',
    name: 'EventStream.[asyncIterator]',
    by: '(iterate) => () => ({ ...iterate(), return: () => Promise.resolve({ done: true, value: undefined }) })',
    scenario: 'a loop left by break',
    isDetected: ({ sockets }) => sockets > 0,
  },
  {
    what: 'leaves its timer running',
    module: 'src/connection/timers.ts',
    name: 'startWait',
    by: '(startWait) => (ms) => ({ ...startWait(ms), cancel: () => undefined })',
    scenario: 'EventSource, close() in the wait',
    isDetected: ({ resources }) => resources.includes('Timeout'),
  },
  {
    what: 'keeps closed connections',
    module: CONNECTION,
    name: 'Connection.close',
    by: '(close) => () => { (globalThis.kept ??= []).push(this); close() }',
    scenario: 'connect, message, close',
    isDetected: ({ uncollected }) => hasSome(uncollected),
  },
  {
    what: `keeps ${KEPT} bytes of each attempt`,
    module: CONNECTION,
    name: 'Connection.#connect',
    by: `(connect) => (...args) => {
      ;(globalThis.kept ??= []).push(new Array(${KEPT / 8}).fill(0.5))
      return connect(...args)
    }`,
    scenario: 'a loop left by break',
    cycles: 1_200,
    isDetected: ({ heap }) => grows(heap),
  },
]

function hasSome(counts: Record<string, number>): boolean {
  return Object.keys(counts).length > 0
}
