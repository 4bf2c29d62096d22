/** A member of the group that shares a connection, and the source that it belongs to. */

import type { Log } from './log.ts'
import type { Entry } from './protocol.ts'

/** The source that a member belongs to. */
export interface MemberOwner {
  /** In ms. */
  getReconnectionTime(): number
  setReconnectionTime(ms: number): void
  /** Reports that messages are missing. */
  readonly loss: Entry
  /** Whether to report no loss after its own pauses. */
  readonly pausesSilently: boolean
  /** Fires the event of an entry. */
  deliver(entry: Entry): void
  /** @param isSuccessor whether another member was connected before */
  connect(isSuccessor: boolean): void
  disconnect(): void
  reconnect(): void
}

export interface Member {
  readonly log: Log
  readonly isShared: boolean
  readonly leads: boolean
  join(): void
  /** Leaves the group until `join()`. */
  leave(): void
  /** Leaves until `join()`, and reports that as a change of state. */
  pause(): void
  /** Leaves permanently, because the connection has failed. */
  retire(): void
  /**
   * Adds an entry to the log, which is posted and then delivered here. Messages wait for `flush()` or for another entry. A comment
   * has no entry.
   */
  commit(entry: Entry | undefined, deliver: () => void): void
  flush(): void
  /** Reconnects, wherever the connection is. */
  reconnect(): void
  /** Call this when the context may have slept, or is shown. */
  look(): void
}
