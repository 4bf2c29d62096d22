/** Distributes streams over connections: many share one, some have a separate one. */

import fc from 'fast-check'
import { aboutRetry, written, type Bytes } from './grammar.ts'
import { mutated } from './mutated.ts'

/**
 * - `shared`: one stream after the other, each followed by a sequence that restores a known state
 * - `own`: the second response of an event source is only the stream. Its start and end, and the third request and its delay are
 *   compared too
 */
export interface Connection {
  kind: 'shared' | 'own'
  streams: Uint8Array[]
  /** Positions of cuts in the body, in ascending order. */
  cuts: number[]
  /** Whether ours receives exactly these chunks, not those of the network. */
  isRecut: boolean
}

/** Type of the event that ends a stream on a shared connection; its data is the stream's number. */
export const END_OF_STREAM = '(end of stream)'
/** Type of equal length that ends a part when several streams are joined into one. */
export const END_OF_PART = '(end of a part)'

/** State after the first response of an own connection. */
export const BEFORE = { lastEventId: 'before', time: 1 }
export const FIRST_RESPONSE = `retry: ${BEFORE.time}\nid: ${BEFORE.lastEventId}\ndata: first\n\n`

const SHARED_STREAMS = 40
const MAX_CUTS = 60

const anyStream = fc.oneof({ weight: 2, arbitrary: written }, { weight: 1, arbitrary: mutated })

/** Positions from 0 to 1: few or many. */
const places = fc.array(fc.nat({ max: 9_999_999 }), { maxLength: MAX_CUTS, size: 'max' })

const connection = (kind: Connection['kind'], streams: fc.Arbitrary<Bytes[]>): fc.Arbitrary<Connection> =>
  fc.tuple(streams, places, fc.boolean()).map(([streams, places, isRecut]) => {
    const uncut = {
      kind,
      streams: streams.map((stream) => new Uint8Array(Buffer.from(stream, 'latin1'))),
      cuts: [],
      isRecut,
    }
    const { length } = bodyOf(uncut)
    const cuts = [...new Set(places.map((place) => Math.floor((place / 10_000_000) * length)))]
    return { ...uncut, cuts: cuts.filter((cut) => cut > 0).sort((a, b) => a - b) }
  })

const connections = fc.tuple(
  connection('shared', fc.array(anyStream, { minLength: SHARED_STREAMS, maxLength: SHARED_STREAMS })),
  connection('own', fc.tuple(anyStream)),
  connection('own', fc.tuple(aboutRetry)),
)

/** The connections for a seed. */
export function connectionsOf(seed: number): Connection[] {
  return fc.sample(connections, { seed, numRuns: 1 })[0] ?? []
}

/** The response body. */
export function bodyOf({ kind, streams }: Connection, end = END_OF_STREAM): Uint8Array {
  if (kind === 'own') return streams[0] ?? new Uint8Array()
  const parts = streams.flatMap((stream, index) => [stream, endOf(index, end)])
  return new Uint8Array(Buffer.concat(parts))
}

/** The response body, cut into pieces. */
export function piecesOf(connection: Connection): Uint8Array[] {
  const body = bodyOf(connection)
  const cuts = [0, ...connection.cuts, body.length]
  return cuts.slice(1).map((cut, index) => body.subarray(cuts[index], cut))
}

/** Completes an open event, reveals the last event ID string, and resets it. */
function endOf(index: number, type: string): Uint8Array {
  return Buffer.from(`\n\nevent: ${type}\ndata: ${index}\n\nid\n\n`)
}
