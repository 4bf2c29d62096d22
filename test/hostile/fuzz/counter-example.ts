/** Shrinks a differing connection, and describes it. */

import { bodyOf, END_OF_PART, piecesOf, type Connection } from './connections.ts'
import { differencesOf, type Difference } from './expectation.ts'
import type { Laboratory } from './laboratory.ts'
import { shrink } from './shrink.ts'

/** Retries for connections with late requests: a busy machine is late sometimes, a bug always. */
const TRIES = 50

/** A byte, and whether it starts a chunk. */
interface Unit {
  byte: number
  isCut: boolean
}

/** Returns the differences of a connection; retries if requests are only late. */
export async function differencesIn(
  laboratory: Laboratory,
  connection: Connection,
  version?: string,
): Promise<Difference[]> {
  for (let tries = 1; ; tries++) {
    const differences = differencesOf(connection, await laboratory.run(connection, version))
    if (tries === TRIES || !differences.every(({ isLate }) => isLate) || differences.length === 0) return differences
  }
}

export interface CounterExample {
  connection: Connection
  differences: Difference[]
  /** Whether it differed again when repeated. */
  isRepeatable: boolean
}

export async function smallest(
  laboratory: Laboratory,
  found: { connection: Connection; differences: Difference[] },
  version?: string,
): Promise<CounterExample> {
  // Ignore delays on a slow machine, unless the difference found is a delay.
  const isAboutTime = found.differences.every(({ isLate }) => isLate)
  const fails = async (connection: Connection): Promise<boolean> => {
    if (connection.streams.length === 0) return false
    if (isAboutTime) return (await differencesIn(laboratory, connection, version)).length > 0
    return differencesOf(connection, await laboratory.run(connection, version)).some(({ isLate }) => !isLate)
  }
  // The network's chunks can't be reproduced.
  const repeated: Connection = { ...found.connection, isRecut: true }
  if (!(await fails(repeated))) return { ...found, isRepeatable: false }

  const one = await oneStream(repeated, fails)
  if (!(await fails(one))) return { ...found, isRepeatable: false }
  const ofUnits = (units: Unit[]): Connection => ({
    ...one,
    streams: [Uint8Array.from(units, ({ byte }) => byte)],
    cuts: units.flatMap(({ isCut }, index) => (isCut && index > 0 ? [index] : [])),
  })
  const cuts = new Set(one.cuts)
  let units = Array.from(one.streams[0] ?? [], (byte, index) => ({ byte, isCut: cuts.has(index) }))
  units = await shrink(units, (units) => fails(ofUnits(units)))
  const places = units.flatMap(({ isCut }, index) => (isCut ? [index] : []))
  const needed = await shrink(places, (places) =>
    fails({ ...ofUnits(units), cuts: places.filter((place) => place > 0) }),
  )
  const connection = { ...ofUnits(units), cuts: needed.filter((place) => place > 0) }
  return { connection, differences: await differencesIn(laboratory, connection, version), isRepeatable: true }
}

/** Reduces a shared connection to one stream; joins several with their separators if all are needed. */
async function oneStream(
  connection: Connection,
  fails: (connection: Connection) => Promise<boolean>,
): Promise<Connection> {
  if (connection.kind === 'own') return connection
  const ranges = rangesOf(connection)
  const ofRanges = (some: typeof ranges): Connection => {
    const streams = some.map(({ stream }) => stream)
    let start = 0
    const cuts = some.flatMap(({ start: from, cuts, length }) => {
      const moved = cuts.map((cut) => cut - from + start)
      start += length
      return moved
    })
    return { ...connection, streams, cuts: cuts.filter((cut) => cut > 0) }
  }
  const few = ofRanges(await shrink(ranges, (some) => fails(ofRanges(some))))
  if (few.streams.length === 1) return few
  return { ...few, streams: [bodyOf(few, END_OF_PART)] }
}

/** Each stream with its position in the body, and the cuts in it and its separator. */
function rangesOf(connection: Connection): { stream: Uint8Array; start: number; length: number; cuts: number[] }[] {
  let start = 0
  return connection.streams.map((stream, index) => {
    // The bounds depend on the digits of earlier stream numbers; a misplaced cut at an end does no harm.
    const { length } = bodyOf({ ...connection, streams: connection.streams.slice(0, index + 1) })
    const range = {
      stream,
      start,
      length: length - start,
      cuts: connection.cuts.filter((cut) => cut >= start && cut < length),
    }
    start = length
    return range
  })
}

/** Describes it as hex and text, with a bar at each cut, and lists the differences. */
export function described({ connection, differences, isRepeatable }: CounterExample): string {
  const pieces = piecesOf(connection).map((piece) => Buffer.from(piece))
  const shown = (encoding: 'hex' | 'utf8'): string => {
    const text = pieces
      .map((piece) => (encoding === 'hex' ? piece.toString('hex') : JSON.stringify(piece.toString())))
      .join('|')
    return text.length > 2_000 ? `${text.slice(0, 2_000)}… (${text.length} characters)` : text
  }
  const kind = connection.kind === 'own' ? 'A stream on a separate connection' : 'A stream and its terminator'
  return [
    `${kind}${isRepeatable ? '' : ' that did not differ again'}:`,
    shown('hex'),
    shown('utf8'),
    ...differences.map(({ text }) => text),
  ].join('\n    ')
}
