/** Versions that leak on purpose, each of which must be noticed. */

import type { Mutation } from '../../mutation.ts'
import { grows } from './heap.ts'
import type { Outcome } from './lab.ts'

interface Mutant extends Mutation {
  /** What shows it, and how. */
  scenario: string
  /** Where it takes many for the heap to tell; its looks are those of the sound version. */
  cycles?: number
  isNoticed: (outcome: Outcome) => boolean
}

/** Nothing but the heap shows them. */
const KEPT = 2_048

export const MUTANTS: Mutant[] = [
  {
    what: "never takes its listener off the caller's signal",
    file: 'src/connection/connection.ts',
    replace: "signal.removeEventListener('abort', abort)",
    by: 'void 0',
    scenario: 'connect, message, close',
    isNoticed: ({ listeners }) => hasSome(listeners),
  },
  {
    what: 'keeps the socket of a refused response',
    file: 'src/connection/refused-body.ts',
    replace: 'request.abort()\n  return text',
    by: 'return text',
    scenario: 'a refused response',
    isNoticed: ({ sockets }) => sockets > 0,
  },
  {
    what: 'keeps the socket of a loop that is left',
    file: 'src/event-stream/event-stream.ts',
    replace: '          inbox.end()\n          return',
    by: '          return',
    scenario: 'a loop left by break',
    isNoticed: ({ sockets }) => sockets > 0,
  },
  {
    what: 'leaves its timer running',
    file: 'src/connection/wait.ts',
    replace: 'clearTimeout(timer)',
    by: 'void 0',
    scenario: 'EventSource, close() in the wait',
    isNoticed: ({ resources }) => resources.includes('Timeout'),
  },
  {
    what: 'keeps what is closed',
    file: 'src/connection/connection.ts',
    replace: 'close(): void {',
    by: 'close(): void { ((globalThis as any).kept ??= []).push(this)',
    scenario: 'connect, message, close',
    isNoticed: ({ uncollected }) => hasSome(uncollected),
  },
  {
    what: `keeps ${KEPT} bytes of each attempt`,
    file: 'src/connection/connection.ts',
    replace: 'const opening = await exchange.open(this.#sink.lastEventId, failure)',
    by: `((globalThis as any).kept ??= []).push(new Array(${KEPT / 8}).fill(0.5)); const opening = await exchange.open(this.#sink.lastEventId, failure)`,
    scenario: 'a loop left by break',
    cycles: 1_200,
    isNoticed: ({ heap }) => grows(heap),
  },
]

function hasSome(counts: Record<string, number>): boolean {
  return Object.keys(counts).length > 0
}
