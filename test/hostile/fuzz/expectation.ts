/** The expected outcome of a connection, and the differences from it. */

import { BEFORE, bodyOf, END_OF_STREAM, type Connection } from './connections.ts'
import type { Outcome, SeenRequest } from './laboratory.ts'
import { DEFAULT_TIME, interpret, type Interpretation } from './reference.ts'

/** Maximum reconnection time to wait for, in ms. */
const LONGEST_WAIT = 700
/** Tolerance for early timers between two clocks, in ms. */
const EARLY = 6
/** Lateness after which a connection is retried, in ms: less than the distance between the times in the grammar. */
const LATE = 250
/** Our minimum wait, in ms. */
const FLOOR = 100

/** Chromium 156 loses the line after a byte order mark followed by a lone LF or CR: `\uFEFF\ndata: a\n\n` fires no event. */
const CHROMIUM_LOSES_A_LINE = /^\xef\xbb\xbf(?:\n|\r(?!\n))/

export interface Expectation extends Interpretation {
  types: string[]
  last: { type: string; data: string }
  losses: number
  events: string[][]
  /** Whether to wait for the request after the stream. */
  reconnects: boolean
  /** Whether Chromium is known to deviate. */
  chromiumDeviates: boolean
}

const known = new WeakMap<Connection, Expectation>()

export function expectationOf(connection: Connection): Expectation {
  const expectation = known.get(connection) ?? expect(connection)
  known.set(connection, expectation)
  return expectation
}

function expect(connection: Connection): Expectation {
  const isOwn = connection.kind === 'own'
  const body = bodyOf(connection)
  const chromiumDeviates = CHROMIUM_LOSES_A_LINE.test(Buffer.from(body.subarray(0, 5)).toString('latin1'))
  const interpretation = interpret(body, isOwn ? BEFORE : { lastEventId: '', time: DEFAULT_TIME })
  const { messages, lastEventId, reconnectionTime, chromiumTime } = interpretation
  const types = [...new Set(['open', 'error', 'message', END_OF_STREAM, ...messages.map(([type]) => type)])]
  // With an ID that a header can't hold, ours reconnects without it, and the native one fails permanently.
  // eslint-disable-next-line no-control-regex -- the check is for control characters
  const canBeSent = !/[\0-\x08\x0a-\x1f\x7f]/.test(lastEventId)
  const reconnects = canBeSent && Math.max(reconnectionTime, chromiumTime) <= LONGEST_WAIT
  const opened = ['(open)', '1']
  const lost = ['(error)', '0']
  const first = ['message', 'first', BEFORE.lastEventId]
  const own = [opened, first, lost, opened, ...messages, lost, ...(reconnects ? [['(error)', '2']] : [])]
  return {
    ...interpretation,
    types,
    last: { type: END_OF_STREAM, data: isOwn ? 'none' : String(connection.streams.length - 1) },
    losses: isOwn ? (reconnects ? 3 : 2) : 1,
    events: isOwn ? own : [opened, ...messages],
    reconnects: isOwn && reconnects,
    chromiumDeviates,
  }
}

/** A difference from the expected outcome. */
export interface Difference {
  /** Whether a slow machine could cause it. */
  isLate: boolean
  text: string
}

export function differencesOf(connection: Connection, { ours, native }: Outcome): Difference[] {
  const expected = expectationOf(connection)
  const differences: Difference[] = []
  const differ = (text: string, isLate = false): unknown => differences.push({ text, isLate })

  for (const [side, { events }] of Object.entries(expected.chromiumDeviates ? { ours } : { ours, native })) {
    const at = firstDifference(expected.events, events)
    if (at !== undefined) {
      differ(`event ${at}: standard ${show(expected.events[at])}, ${side} ${show(events[at])}`)
    }
  }
  if (ours.reconnectionTime !== String(expected.reconnectionTime)) {
    differ(`reconnection time: standard ${expected.reconnectionTime}, ours ${ours.reconnectionTime}`)
  }
  if (!expected.reconnects) return differences

  const checkRequests = (side: string, { requests }: { requests: SeenRequest[] }, time: number): void => {
    const third = requests[2]
    if (!third || requests.length > 3) {
      differ(`${side} made ${requests.length} requests instead of 3`)
      return
    }
    // HTTP trims the value.
    const id = expected.lastEventId.replace(/^[ \t]+|[ \t]+$/g, '')
    if (third.lastEventId !== id) differ(`Last-Event-ID: expected ${show(id)}, ${side} sent ${show(third.lastEventId)}`)
    if (third.waited < time - EARLY) differ(`${side} waited ${third.waited.toFixed(1)} ms instead of ${time}`)
    if (third.waited > time + LATE) differ(`${side} waited ${third.waited.toFixed(1)} ms instead of ${time}`, true)
  }
  checkRequests('ours', ours, Math.max(FLOOR, expected.reconnectionTime))
  if (!expected.chromiumDeviates) checkRequests('native', native, expected.chromiumTime)
  return differences
}

function firstDifference(expected: string[][], actual: string[][]): number | undefined {
  const length = Math.max(expected.length, actual.length)
  for (let at = 0; at < length; at++) {
    const [one, other] = [expected[at] ?? [], actual[at] ?? []]
    if (one.length !== other.length || one.some((part, index) => part !== other[index])) return at
  }
  return undefined
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text
}
