/** What must come of a connection, and in what an outcome differs from it. */

import { BEFORE, bodyOf, END_OF_STREAM, type Connection } from './connections.ts'
import type { Outcome, SeenRequest } from './laboratory.ts'
import { DEFAULT_TIME, interpret, type Interpretation } from './reference.ts'

/** Times above this, in ms, are not waited for. */
const LONGEST_WAIT = 700
/** A timer may end so much early, in ms, as two clocks see it. */
const EARLY = 6
/** How late a request may be before it is asked again, in ms: less than what tells one time of the grammar from the next. */
const LATE = 250
/** What ours waits at least. */
const FLOOR = 100

/** Chromium (156) loses the line after a byte order mark that a lone LF or CR follows: `\uFEFF\ndata: a\n\n` brings nothing. */
const CHROMIUM_LOSES_A_LINE = /^\xef\xbb\xbf(?:\n|\r(?!\n))/

export interface Expectation extends Interpretation {
  types: string[]
  last: { type: string; data: string }
  losses: number
  heard: string[][]
  /** Whether the request after the stream is waited for. */
  reconnects: boolean
  /** Whether the native one is known to hear something else. */
  chromiumDeparts: boolean
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
  const chromiumDeparts = CHROMIUM_LOSES_A_LINE.test(Buffer.from(body.subarray(0, 5)).toString('latin1'))
  const interpretation = interpret(body, isOwn ? BEFORE : { lastEventId: '', time: DEFAULT_TIME })
  const { messages, lastEventId, reconnectionTime, chromiumTime } = interpretation
  const types = [...new Set(['open', 'error', 'message', END_OF_STREAM, ...messages.map(([type]) => type)])]
  // With an id that no header can hold ours reconnects without one, the native one fails for good.
  // eslint-disable-next-line no-control-regex -- these are what is looked for
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
    heard: isOwn ? own : [opened, ...messages],
    reconnects: isOwn && reconnects,
    chromiumDeparts,
  }
}

/** One thing that is not as it must be. */
export interface Difference {
  /** Whether it may be the machine that was slow. */
  isLate: boolean
  text: string
}

export function differencesOf(connection: Connection, { ours, native }: Outcome): Difference[] {
  const expected = expectationOf(connection)
  const differences: Difference[] = []
  const differ = (text: string, isLate = false): unknown => differences.push({ text, isLate })

  for (const [side, { heard }] of Object.entries(expected.chromiumDeparts ? { ours } : { ours, native })) {
    const at = firstDifference(expected.heard, heard)
    if (at !== undefined) {
      differ(`event ${at}: the standard says ${show(expected.heard[at])}, ${side} says ${show(heard[at])}`)
    }
  }
  if (ours.reconnectionTime !== String(expected.reconnectionTime)) {
    differ(`reconnection time: the standard says ${expected.reconnectionTime}, ours says ${ours.reconnectionTime}`)
  }
  if (!expected.reconnects) return differences

  const asked = (side: string, { requests }: { requests: SeenRequest[] }, time: number): void => {
    const third = requests[2]
    if (!third || requests.length > 3) {
      differ(`${side} made ${requests.length} requests instead of 3`)
      return
    }
    // HTTP takes the spaces off.
    const id = expected.lastEventId.replace(/^[ \t]+|[ \t]+$/g, '')
    if (third.lastEventId !== id) differ(`Last-Event-ID: must be ${show(id)}, ${side} sent ${show(third.lastEventId)}`)
    if (third.waited < time - EARLY) differ(`${side} waited ${third.waited.toFixed(1)} ms instead of ${time}`)
    if (third.waited > time + LATE) differ(`${side} waited ${third.waited.toFixed(1)} ms instead of ${time}`, true)
  }
  asked('ours', ours, Math.max(FLOOR, expected.reconnectionTime))
  if (!expected.chromiumDeparts) asked('native', native, expected.chromiumTime)
  return differences
}

function firstDifference(expected: string[][], heard: string[][]): number | undefined {
  const length = Math.max(expected.length, heard.length)
  for (let at = 0; at < length; at++) {
    const [one, other] = [expected[at] ?? [], heard[at] ?? []]
    if (one.length !== other.length || one.some((part, index) => part !== other[index])) return at
  }
  return undefined
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text
}
