/** The byte streams of stream-cases.json, with the events that each must yield. */

import cases from './stream-cases.json' with { type: 'json' }
import type { CaseCut } from '../server/program.ts'

/** A text, or a text to repeat, how often, and the separator. */
type Text = string | { repeat: [text: string, times: number, joiner: string] }
type Chunk = Text | { hex: string }

export interface ExpectedEvent {
  type: string
  data: string
  lastEventId: string
}

interface RawCase {
  name: string
  why: string
  chunks: Chunk[]
  events: RawEvent[] | { repeat: [RawEvent, number, string] }
  lastEventId: Text
  reconnectionTime: number | null
}

interface RawEvent {
  type: string
  data: Text
  lastEventId: Text
}

export interface StreamCase {
  name: string
  chunks: Uint8Array[]
  events: ExpectedEvent[]
  /** The Last-Event-ID that the next connection must send; an empty string means no header. */
  lastEventId: string
  /** The reconnection time in ms that `retry` set; null if unchanged. */
  reconnectionTime: number | null
}

export const streamCases: StreamCase[] = (cases as RawCase[]).map((raw) => ({
  name: raw.name,
  chunks: raw.chunks.map(toBytes),
  events: (Array.isArray(raw.events) ? raw.events : repeated(raw.events.repeat)).map((event) => ({
    type: event.type,
    data: toText(event.data),
    lastEventId: toText(event.lastEventId),
  })),
  lastEventId: toText(raw.lastEventId),
  reconnectionTime: raw.reconnectionTime,
}))

/** The event types of all cases. */
export const eventTypes: string[] = [...new Set(streamCases.flatMap(({ events }) => events.map(({ type }) => type)))]

/** The maximum number of chunks per case outside Node, where chunks cost far more: a million take half a minute. */
export const MAX_PIECES = 5_000

/** The chunks in which a case's bytes are sent. */
export function cutCase({ index, cut, seed, maxPieces = Infinity }: CaseCut): Uint8Array[] {
  const { chunks } = streamCases[index] ?? { chunks: [] }
  if (cut === 'as written') return chunks
  const whole = concat(chunks)
  if (cut === 'whole') return [whole]
  const random = randomNumbers(seed + index)
  const finest = Math.ceil(whole.length / maxPieces) || 1
  const pieces: Uint8Array[] = []
  for (let start = 0; start < whole.length;) {
    const length = cut === 'every byte' ? finest : 1 + Math.floor(random() ** 3 * Math.min(whole.length, 5000))
    pieces.push(whole.subarray(start, start + length))
    start += length
  }
  return pieces
}

/** A seeded generator of numbers from 0 to 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function toText(text: Text): string {
  if (typeof text === 'string') return text
  const [part, times, joiner] = text.repeat
  return times === 0 ? '' : `${part}${joiner}`.repeat(times - 1) + part
}

function toBytes(chunk: Chunk): Uint8Array {
  if (typeof chunk === 'object' && 'hex' in chunk) {
    return Uint8Array.from(chunk.hex.match(/../g) ?? [], (byte) => parseInt(byte, 16))
  }
  return new TextEncoder().encode(toText(chunk))
}

function repeated([event, times]: [RawEvent, number, string]): RawEvent[] {
  return Array.from({ length: times }, () => event)
}

function concat(chunks: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}
