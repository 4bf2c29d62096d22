/** Mutates the streams of the conformance cases. */

import fc from 'fast-check'
import { streamCases } from '../../conformance/cases.ts'
import { BROKEN, bytesOf, type Bytes } from './grammar.ts'

/** Skips very large cases, which would dominate the traffic. */
const LARGEST = 8_000

const originals: Bytes[] = streamCases
  .map(({ chunks }) => Buffer.concat(chunks).toString('latin1'))
  .filter(({ length }) => length > 0 && length <= LARGEST)

const SPLICES: Bytes[] = [
  ...['\n', '\r', '\r\n', '\n\n', ':', ' ', '\0', '\uFEFF', 'data', 'data:', 'id', 'id: ', 'event: ', 'retry: 1'].map(
    bytesOf,
  ),
  ...BROKEN,
]

/** A change at a position from 0 to 1. */
type Mutation = { at: number } & (
  | { change: 'flip'; bit: number }
  | { change: 'insert'; bytes: Bytes }
  | { change: 'overwrite'; bytes: Bytes }
  | { change: 'delete'; length: number }
  | { change: 'repeat'; length: number }
  | { change: 'splice'; other: Bytes }
)

const at = fc.nat({ max: 9_999 }).map((n) => n / 10_000)
const length = fc.integer({ min: 1, max: 12 })
const bytes = fc.constantFrom(...SPLICES)

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ at, change: fc.constant('flip' as const), bit: fc.nat({ max: 7 }) }),
  fc.record({ at, change: fc.constant('insert' as const), bytes }),
  fc.record({ at, change: fc.constant('overwrite' as const), bytes }),
  fc.record({ at, change: fc.constant('delete' as const), length }),
  fc.record({ at, change: fc.constant('repeat' as const), length }),
  fc.record({ at, change: fc.constant('splice' as const), other: fc.constantFrom(...originals) }),
)

/** A case with up to five mutations. */
export const mutated: fc.Arbitrary<Bytes> = fc
  .tuple(fc.constantFrom(...originals), fc.array(mutation, { maxLength: 5, size: 'max' }))
  .map(([original, mutations]) => mutations.reduce(mutate, original))

function mutate(stream: Bytes, mutation: Mutation): Bytes {
  const place = Math.floor(mutation.at * (stream.length + 1))
  const before = stream.slice(0, place)
  const after = stream.slice(place)
  switch (mutation.change) {
    case 'flip':
      if (after === '') return stream
      return before + String.fromCharCode(after.charCodeAt(0) ^ (1 << mutation.bit)) + after.slice(1)
    case 'insert':
      return before + mutation.bytes + after
    case 'overwrite':
      return before + mutation.bytes + after.slice(mutation.bytes.length)
    case 'delete':
      return before + after.slice(mutation.length)
    case 'repeat':
      return before + after.slice(0, mutation.length) + after
    case 'splice':
      return before + mutation.other.slice(Math.floor(mutation.at * mutation.other.length))
  }
}
