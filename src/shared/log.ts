/** The history of the shared connection, as far as this member knows it. */

import { isObject, isString, lastEventIdAfter } from './core.ts'
import type { Entries, Entry, Position, Snapshot } from './protocol.ts'

/** How many entries to keep for members that have missed some. */
const MAX_ENTRIES = 1_000
/** How many characters they may have. */
const MAX_LENGTH = 256 * 1024

/** Whether the first position is later. Undefined is the earliest. */
export function isLater(position: Position | undefined, other: Position | undefined): boolean {
  if (!position || !other) return position !== undefined
  return position[0] === other[0] ? position[1] > other[1] : position[0] > other[0]
}

export function isSame(position: Position | undefined, other: Position | undefined): boolean {
  return position?.[0] === other?.[0] && position?.[1] === other?.[1]
}

export interface Log {
  readonly lastEventId: string | undefined
  /** Whether the connection was open as of the last entry. `isOpen` also knows that this member has left. */
  readonly wasOpen: boolean
  readonly isOpen: boolean
  /** When the server expects the next request, from the header `Retry-After`. In ms since 1970. */
  readonly retryAt: number
  /** Undefined before the first entry. */
  readonly position: Position | undefined
  /** Undefined before the first entry. */
  readonly snapshot: Snapshot | undefined
  /** The number of the next entry. */
  readonly next: number
  /** The number of the last entry that began to connect. */
  readonly connectingAt: number
  disconnected(): void
  /** Undoes `disconnected()`. Returns the entry that reports it, if the connection was open. */
  rejoined(): Entry | undefined
  /** Returns whether to deliver the entry. */
  add(entry: Entry): boolean
  /**
   * Adds entries unless they are already known. Returns those to deliver, or undefined if they do not follow the known ones.
   *
   * @param leaderTerm of the leader that posted them to all. Omit it for entries that were chosen for this log's position
   */
  receive(message: Entries, leaderTerm?: number): Entry[] | undefined
  /** Returns the entries after a position, or undefined if they are no longer known. */
  since(position: Position): Entries | undefined
  /** Continues from another member's state, without the entries before it. */
  jump(snapshot: Snapshot): void
}

/** @param initialId the option `lastEventId`; may be empty */
export function createLog(initialId: string): Log {
  let lastEventId = lastEventIdAfter(undefined, initialId)
  let isOpen = false
  let wasOpen = false
  let connectingAt = 0
  let retryAt = 0
  let origin = ''
  /** The term of the last entry. 0 if there is none yet. */
  let term = 0
  /** The number of the last entry. */
  let number = 0
  /** The last entries. */
  let kept: Entry[] = []
  /** How many characters they have. */
  let keptLength = 0
  /** The term before them. -1 if there was none, which matches no other group. */
  let termBefore = -1
  let idBefore = lastEventId
  /** Messages that an old leader has delivered, but the current one did not know of. */
  let delivered: Entry[] = []

  const position = (): Position | undefined => (term === 0 ? undefined : [term, number])

  function add(entry: Entry): boolean {
    number++
    kept.push(entry)
    keptLength += lengthOf(entry)
    lastEventId = idAfter(lastEventId, entry)
    const [kind, value] = entry
    if (kind !== 'message' && kind !== 'id') isOpen = wasOpen = kind === 'open'
    if (kind === 'term' || kind === 'connecting') connectingAt = number
    if (kind === 'open') {
      origin = value
      retryAt = 0
    } else if (kind === 'term') term = value
    else if (kind === 'lost' && value.retryAfter !== undefined) retryAt = Date.now() + entry[2]
    if (kept.length > 2 * MAX_ENTRIES || keptLength > 2 * MAX_LENGTH) trim()
    if (kind !== 'message') return true
    const isKnown = delivered.shift()?.every((part, i) => part === entry[i]) ?? false
    // The server continues differently.
    if (!isKnown) delivered = []
    return !isKnown
  }

  function trim(): void {
    let count = 0
    for (const entry of kept) {
      if (kept.length - count <= MAX_ENTRIES && keptLength <= MAX_LENGTH) break
      count++
      keptLength -= lengthOf(entry)
      idBefore = idAfter(idBefore, entry)
      if (entry[0] === 'term') termBefore = entry[1]
    }
    kept.splice(0, count)
  }

  /** Removes the entries from a number on. The new leader did not know them. If they have IDs, the server sends them again. */
  function rewind(first: number): void {
    const removed = kept.splice(first - 1 - number)
    for (const entry of removed) keptLength -= lengthOf(entry)
    const messages = removed.filter(([kind]) => kind === 'message')
    // Those of an earlier time may not have been replayed yet.
    delivered = lastEventId ? messages.concat(delivered) : []
    number = first - 1
    lastEventId = kept.reduce(idAfter, idBefore)
  }

  function termBeforeNumber(wanted: number): number {
    const before = kept.slice(0, kept.length - 1 - number + wanted)
    return before.reduce((last, [kind, value]) => (kind === 'term' ? value : last), termBefore)
  }

  return {
    get lastEventId() {
      return lastEventId
    },
    get wasOpen() {
      return wasOpen
    },
    get connectingAt() {
      return connectingAt
    },
    get isOpen() {
      return isOpen
    },
    get retryAt() {
      return retryAt
    },
    get position() {
      return position()
    },
    get snapshot() {
      const at = position()
      return at && { at, isOpen, wasOpen, retryAt, origin, lastEventId }
    },
    get next() {
      return number + 1
    },
    disconnected() {
      isOpen = false
    },
    rejoined() {
      if (isOpen || !wasOpen) return undefined
      isOpen = true
      return ['open', origin]
    },
    add,
    receive({ first, entries }, leaderTerm) {
      let known = number + 1 - first
      if (known < 0) return undefined
      const start = entries.findIndex(([kind, value]) => kind === 'term' && value > term)
      if (start >= 0 && start <= known) {
        // The leader may have founded another group.
        if (leaderTerm !== undefined && entries[start]?.[2] !== termBeforeNumber(first + start)) return undefined
        if (start < known) rewind(first + start)
        known = start
      } else if (leaderTerm !== undefined && leaderTerm !== term) return undefined
      return entries.slice(known).filter(add)
    },
    since([itsTerm, itsNumber]) {
      if (itsTerm !== termBefore && !kept.some(([kind, value]) => kind === 'term' && value === itsTerm))
        return undefined
      const firstKept = number + 1 - kept.length
      const start = kept.findIndex(([kind, value]) => kind === 'term' && value > itsTerm)
      // Only the leader of its term knew the entries that followed.
      const first = Math.min(itsNumber, start < 0 ? number : firstKept + start - 1) + 1
      return first < firstKept ? undefined : { first, entries: kept.slice(first - firstKept) }
    },
    jump(snapshot) {
      if (!isSame(snapshot.at, position())) {
        ;[term, number] = snapshot.at
        termBefore = term
        kept = []
        keptLength = 0
        idBefore = snapshot.lastEventId
      }
      ;({ isOpen, wasOpen, retryAt, origin, lastEventId } = snapshot)
    },
  }
}

function idAfter(before: string | undefined, entry: Entry): string | undefined {
  if (entry[0] === 'message') return lastEventIdAfter(before, entry[3])
  return entry[0] === 'id' ? lastEventIdAfter(before, entry[1]) : before
}

function lengthOf(entry: Entry): number {
  return entry.reduce<number>((sum, part) => {
    const text = isObject(part) ? part.message : part
    return sum + (isString(text) ? text.length : 0)
  }, 0)
}
