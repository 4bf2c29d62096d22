/**
 * The messages between the contexts that share a connection. Each context has a *member*. One of them leads: it has the lock and the
 * connection. The others follow.
 *
 * The leader keeps a log of everything that happens to the connection. It numbers the entries, posts them, and only then dispatches
 * their events. Followers apply them in that order.
 *
 * | message     | from     | to       | meaning                                                                                    |
 * | ----------- | -------- | -------- | ------------------------------------------------------------------------------------------ |
 * | `ask`       | follower | leader   | "I am at this position. What have I missed, and are you still there?"                      |
 * | `entries`   | leader   | all, one | the next entries of the log, or the ones that a follower has missed                        |
 * | `state`     | leader   | one      | the current state, for followers that missed nothing, are new, or missed more than is kept |
 * | `reconnect` | follower | leader   | `reconnect()` was called                                                                   |
 * | `bye`       | leader   | all      | the leader leaves; this is the state after its last entry                                  |
 * | `elect`     | elected  | all      | a member has the lock, and asks for the positions of the others before it connects         |
 * | `position`  | follower | elected  | the answer, with the entries that the elected member has missed                            |
 *
 * Each message has the version, the sender, and the highest term that the sender knows. Each leader has a higher term than the one
 * before it, so that messages of old leaders are recognized. The lock and the channel are named after the version too: another
 * version uses another connection, and neither disturbs the other.
 */

import { isObject, isString, withoutCredentials } from './core.ts'

/** Increment this when old code would misunderstand new messages. */
export const VERSION = 1

/** The term of the last entry, and its number. */
export type Position = readonly [term: number, number: number]

/** The members of a `ConnectionError` that are not secret. */
export interface PlainError {
  message: string
  reason: string
  status?: number | undefined
  code?: string | undefined
  retryAfter?: number | undefined
  attempt: number
  endedMidEvent: boolean
}

/** Something that happened to the connection. */
export type Entry =
  /** A leader begins its term after an earlier one, or after 0, and is connecting. */
  | readonly [kind: 'term', term: number, after: number]
  | readonly [kind: 'connecting']
  | readonly [kind: 'open', origin: string]
  | readonly [kind: 'message', type: string, data: string, lastEventId: string]
  /** The last event ID changed without a message. */
  | readonly [kind: 'id', lastEventId: string]
  /** `delay` is in ms. */
  | readonly [kind: 'lost', error: PlainError, delay: number]
  | readonly [kind: 'failed', error: PlainError]

/** Consecutive entries. */
export interface Entries {
  /** The number of the first one. */
  readonly first: number
  readonly entries: readonly Entry[]
}

/** The state of the connection after an entry. */
export interface Snapshot {
  readonly at: Position
  readonly isOpen: boolean
  /** Whether it was open as of the last entry, even if the leader has left. */
  readonly wasOpen: boolean
  /** When the server expects the next request, in ms since 1970. */
  readonly retryAt: number
  readonly origin: string
  readonly lastEventId: string | undefined
}

/** A message without the members that all messages have. */
export type Content =
  | { type: 'ask' | 'elect'; at: Position | undefined }
  /** `reconnectionTime` is in ms. */
  | ({ type: 'entries'; to?: string; reconnectionTime: number } & Entries)
  /** `at` is the position of the follower that asked. */
  | { type: 'state'; to: string; at: Position | undefined; reconnectionTime: number; snapshot: Snapshot }
  | { type: 'reconnect'; at: Position | undefined }
  | { type: 'bye'; snapshot: Snapshot }
  | { type: 'position'; to: string; snapshot: Snapshot | undefined; missed: Entries | undefined }

export type Message = Content & { version: number; from: string; term: number }

type Check = (value: unknown) => boolean
type Members = Record<string, unknown>

/** In ms. Clocks are corrected by less. */
const DAY = 86_400_000

const isNumber: Check = (value) => typeof value === 'number' && value >= 0 && value < Number.MAX_SAFE_INTEGER
/** Terms begin with the time, in ms since 1970. Later ones are garbage. */
export const isTerm: Check = (value) => isNumber(value) && (value as number) < Date.now() + DAY
const isFlag: Check = (value) => typeof value === 'boolean'
const isOptional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)

/** Checks these members of an object or array. Ignores others, which a newer release may add. */
const has =
  (checks: Record<string, Check> | Check[]): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([name, check]) => check((value as Members)[name]))
const isPosition: Check = (value) => Array.isArray(value) && has([isTerm, isNumber])(value)
const isError = has({
  message: isString,
  reason: isString,
  status: isOptional(isNumber),
  code: isOptional(isString),
  retryAfter: isOptional(isNumber),
  attempt: isNumber,
  endedMidEvent: isFlag,
})
const isSnapshot = has({
  at: isPosition,
  isOpen: isFlag,
  wasOpen: isFlag,
  retryAt: isNumber,
  origin: isString,
  lastEventId: isOptional(isString),
})

/** Checks of the members after `kind`. */
const ENTRIES: Record<string, Check[]> = {
  term: [isTerm, isTerm],
  connecting: [],
  open: [isString],
  message: [isString, isString, isString],
  id: [isString],
  lost: [isError, isNumber],
  failed: [isError],
}
const isEntry: Check = (value) => {
  const [kind, ...values] = Array.isArray(value) ? (value as unknown[]) : []
  const checks = Object.entries(ENTRIES).find(([name]) => name === kind)?.[1]
  return checks !== undefined && has(checks)(values)
}
const entryList = {
  first: isNumber,
  entries: (value: unknown) => Array.isArray(value) && Array.from(value).every(isEntry),
}

const to = isString
const reconnectionTime = isNumber
const MESSAGES: Record<string, Check> = {
  ask: has({ at: isOptional(isPosition) }),
  elect: has({ at: isOptional(isPosition) }),
  entries: has({ to: isOptional(to), reconnectionTime, ...entryList }),
  state: has({ to, at: isOptional(isPosition), reconnectionTime, snapshot: isSnapshot }),
  reconnect: has({ at: isOptional(isPosition) }),
  bye: has({ snapshot: isSnapshot }),
  position: has({ to, snapshot: isOptional(isSnapshot), missed: isOptional(has(entryList)) }),
}
const isMessage = has({ version: (version) => version === VERSION, from: isString, term: isTerm })

/** Returns a message of this version; undefined for anything else, which any script of the origin may have posted. */
export function readMessage(data: unknown): Message | undefined {
  if (!isMessage(data)) return undefined
  const message = data as Message
  const check = Object.entries(MESSAGES).find(([type]) => type === message.type)?.[1]
  return check?.(message) ? message : undefined
}

export function isFromLeader({ type }: Message): boolean {
  return type !== 'ask' && type !== 'position' && type !== 'reconnect'
}

/** The name of the lock and the channel, which other scripts of the origin can see. */
export function keyOf(url: URL, withCredentials: boolean, name: string): string {
  const [shown] = withoutCredentials(url).split('#')
  return `everysource/${VERSION} ${JSON.stringify([name, withCredentials, shown])}`
}
