/** What happened to the shared connection, as far as this member knows. */

import { lastEventIdAfter } from './core.ts'
import type { Entries, Entry, Position, Snapshot } from './protocol.ts'

/** How many entries to keep for members that have missed some. */
const MAX_ENTRIES = 1_000
/** How many characters of data to keep. */
const MAX_LENGTH = 256 * 1024

/** Whether the first position is later. Undefined is the earliest. */
export function isLater(position: Position | undefined, other: Position | undefined): boolean {
  if (!position || !other) return position !== undefined
  return position[0] === other[0] ? position[1] > other[1] : position[0] > other[0]
}

export function isSame(position: Position | undefined, other: Position | undefined): boolean {
  return position?.[0] === other?.[0] && position?.[1] === other?.[1]
}

export class Log {
  lastEventId: string | undefined
  isOpen = false
  /** Whether the connection has ever been open. */
  hasOpened = false
  #origin = ''
  /** The term of the last entry. 0 if there is none yet. */
  #term = 0
  /** The number of the last entry. */
  #number = 0
  /** The last entries. */
  #kept: Entry[] = []
  #keptLength = 0
  /** The term before the first kept entry. -1 if there was none, which matches no other group. */
  #termBefore = -1
  /** IDs of messages that an old leader has delivered, but the current one did not know of. */
  #delivered = new Set<string>()

  /** @param lastEventId the option; may be empty */
  constructor(lastEventId: string) {
    this.lastEventId = lastEventIdAfter(undefined, lastEventId)
  }

  /** Undefined before the first entry. */
  get position(): Position | undefined {
    return this.#term === 0 ? undefined : [this.#term, this.#number]
  }

  get next(): number {
    return this.#number + 1
  }

  /** Undefined before the first entry. */
  get snapshot(): Snapshot | undefined {
    const { position: at, isOpen, lastEventId } = this
    return at && { at, isOpen, origin: this.#origin, lastEventId }
  }

  /** Returns whether to deliver the entry. */
  add(entry: Entry): boolean {
    this.#number++
    this.#kept.push(entry)
    const [kind, value] = entry
    switch (kind) {
      case 'message':
        this.#keptLength += entry[2].length
        this.#setId(entry[3])
        break
      case 'id':
        this.#setId(value)
        break
      case 'open':
        this.isOpen = this.hasOpened = true
        this.#origin = value
        break
      default:
        this.isOpen = false
        if (kind === 'term') this.#term = value
    }
    if (this.#kept.length > 2 * MAX_ENTRIES || this.#keptLength > 2 * MAX_LENGTH) this.#trim()
    return kind !== 'message' || !this.#isDelivered(entry[3])
  }

  /**
   * Adds entries unless they are already known. Returns those to deliver, or undefined if they do not follow the known ones.
   *
   * @param term of the leader that posted them to all. Omit it for entries that were chosen for this log's position
   */
  receive({ first, entries }: Entries, term?: number): Entry[] | undefined {
    if (first > this.next) return undefined
    let known = this.next - first
    const start = entries.findIndex(([kind, value]) => kind === 'term' && value > this.#term)
    if (start >= 0 && start <= known) {
      // The leader may have founded another group.
      if (term !== undefined && entries[start]?.[2] !== this.#termBeforeNumber(first + start)) return undefined
      if (start < known) this.#rewind(first + start)
      known = start
    } else if (term !== undefined && term !== this.#term) return undefined
    return entries.slice(known).filter((entry) => this.add(entry))
  }

  /** Returns the entries after a position, or undefined if they are no longer known. */
  since([term, number]: Position): Entries | undefined {
    const isOf =
      (wanted: (known: number) => boolean) =>
      ([kind, value]: Entry) =>
        kind === 'term' && wanted(value)
    if (term !== this.#termBefore && !this.#kept.some(isOf((known) => known === term))) return undefined
    const firstKept = this.next - this.#kept.length
    const newTerm = this.#kept.findIndex(isOf((known) => known > term))
    // What followed in the old term, its leader alone knew.
    const first = Math.min(number + 1, newTerm < 0 ? this.next : firstKept + newTerm)
    return first < firstKept ? undefined : { first, entries: this.#kept.slice(first - firstKept) }
  }

  /** Continues from another member's state, without the entries before it. */
  jump({ at, isOpen, origin, lastEventId }: Snapshot): void {
    ;[this.#term, this.#number] = at
    this.#termBefore = this.#term
    this.#kept = []
    this.#keptLength = 0
    this.isOpen = isOpen
    this.hasOpened ||= isOpen
    this.#origin = origin
    this.lastEventId = lastEventId
  }

  #termBeforeNumber(number: number): number {
    const index = this.#kept.length + number - this.next
    return this.#kept
      .slice(0, index)
      .reduce((term, [kind, value]) => (kind === 'term' ? value : term), this.#termBefore)
  }

  #setId(lastEventId: string): void {
    this.lastEventId = lastEventIdAfter(this.lastEventId, lastEventId)
  }

  /** Removes the entries from a number on. The new leader did not know them. It receives their messages again if they have IDs. */
  #rewind(number: number): void {
    for (const entry of this.#kept.splice(number - this.next)) {
      if (entry[0] !== 'message') continue
      const [, , data, id] = entry
      this.#keptLength -= data.length
      if (id) this.#delivered.add(id)
    }
    this.#number = number - 1
  }

  #isDelivered(id: string): boolean {
    if (this.#delivered.delete(id)) return true
    this.#delivered.clear()
    return false
  }

  #trim(): void {
    let count = 0
    while (this.#kept.length - count > MAX_ENTRIES || this.#keptLength > MAX_LENGTH) {
      const entry = this.#kept[count++]
      if (!entry) break
      if (entry[0] === 'message') this.#keptLength -= entry[2].length
      else if (entry[0] === 'term') this.#termBefore = entry[1]
    }
    this.#kept.splice(0, count)
  }
}
