/** The log of a member that follows: takes over the entries of others and delivers them here. */

import { isSame, type Log } from './log.ts'
import type { MemberOwner } from './member-types.ts'
import type { Entries, Entry, Snapshot } from './protocol.ts'

export interface Replica {
  /**
   * Returns whether the entries follow the ones that are known.
   *
   * @param leaderTerm see `Log`
   */
  receive(message: Entries, leaderTerm?: number): boolean
  /** Continues from the state of another member. */
  adopt(snapshot: Snapshot): void
  /** This member has left, and returns. */
  rejoin(): void
}

export function createReplica(log: Log, owner: MemberOwner, deliverAll: (deliveries: (() => void)[]) => void): Replica {
  function deliver(entries: readonly Entry[]): void {
    deliverAll(
      entries.map((entry) => () => {
        owner.deliver(entry)
      }),
    )
  }

  return {
    receive(message, leaderTerm) {
      const entries = log.position && log.receive(message, leaderTerm)
      if (entries) deliver(entries)
      return entries !== undefined
    },
    adopt(snapshot) {
      const { position, isOpen, lastEventId } = log
      const isMissing = position !== undefined && !isSame(snapshot.at, position)
      log.jump(snapshot)
      const entries: Entry[] = []
      if (snapshot.lastEventId !== undefined && snapshot.lastEventId !== lastEventId)
        entries.push(['id', snapshot.lastEventId])
      if (isMissing) entries.push(owner.loss)
      if (snapshot.isOpen && (isMissing || !isOpen)) entries.push(['open', snapshot.origin])
      else if (isOpen && !snapshot.isOpen) entries.push(['connecting'])
      deliver(entries)
    },
    rejoin() {
      const open = log.rejoined()
      if (open) deliver([open])
    },
  }
}
