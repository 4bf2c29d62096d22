/** Versions with a broken decoder, which the fuzzer must detect. */

import type { Mutation } from '../../mutation.ts'

const DECODER = 'src/decoder/event-decoder.ts'

export const BROKEN: Mutation[] = [
  {
    what: 'decodes each chunk separately',
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
    what: 'ignores IDs in blocks without data',
    module: 'src/connection/connection.ts',
    name: 'Connection.id',
    by: '() => () => undefined',
  },
]
