/** Versions whose decoder is broken on purpose: a fuzzer that finds nothing must be one that can. */

import type { Mutation } from '../../mutation.ts'

const file = 'src/decoder/event-decoder.ts'

export const BROKEN: Mutation[] = [
  {
    what: 'decodes each chunk for itself',
    file,
    replace: '{ stream: true }',
    by: '{}',
  },
  {
    what: 'keeps the byte order mark',
    file,
    replace: "text.startsWith('\\uFEFF')",
    by: 'false',
  },
  {
    what: 'forgets the ids of blocks without data',
    file,
    replace: 'this.#sink.id(this.#lastEventId)',
    by: '',
  },
]
