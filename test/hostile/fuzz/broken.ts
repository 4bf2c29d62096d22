/** Versions whose decoder is broken on purpose: a fuzzer that finds nothing must be able to find something. */

import type { Mutation } from '../../mutation.ts'

const DECODER = 'src/decoder/event-decoder.ts'

export const BROKEN: Mutation[] = [
  {
    what: 'decodes each chunk for itself',
    module: DECODER,
    name: 'EventDecoder.#utf8',
    by: '(utf8) => ({ decode: (chunk) => utf8.decode(chunk) })',
  },
  {
    what: 'keeps the byte order mark',
    module: DECODER,
    name: 'EventDecoder.begin',
    by: '(begin) => (lastEventId) => { begin(lastEventId); this.#atStart = false }',
  },
  {
    what: 'forgets the ids of blocks without data',
    module: 'src/connection/connection.ts',
    name: 'Connection.id',
    by: '() => () => undefined',
  },
]
