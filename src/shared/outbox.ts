/** The entries that a leader has not posted yet. */

import type { Lease } from './lease.ts'
import type { Link } from './link.ts'
import type { Log } from './log.ts'
import type { MemberOwner } from './member-types.ts'
import type { Entry } from './protocol.ts'

export interface Outbox {
  /** See `Member`. */
  commit(entry: Entry | undefined, deliver: () => void): void
  /** Commits an entry that is delivered like those of others. */
  enter(entry: Entry): void
  /** See `Member`. */
  flush(): void
}

/** @param deliverAll delivers here */
export function createOutbox(
  log: Log,
  lease: Lease,
  link: Link,
  owner: MemberOwner,
  deliverAll: (deliveries: (() => void)[]) => void,
): Outbox {
  let pending: [entry: Entry | undefined, deliver: () => void][] = []

  function commit(entry: Entry | undefined, deliver: () => void): void {
    pending.push([entry, deliver])
    if (entry && entry[0] !== 'message' && entry[0] !== 'id') flush()
  }

  function flush(): void {
    if (pending.length > 0) lease.run(postPending)
  }

  function postPending(): void {
    const { next: first } = log
    const entries: Entry[] = []
    const deliveries: (() => void)[] = []
    for (const [entry, deliver] of pending) {
      if (entry) entries.push(entry)
      if (!entry || log.add(entry)) deliveries.push(deliver)
    }
    pending = []
    if (entries.length > 0) link.postEntries({ first, entries })
    deliverAll(deliveries)
  }

  function enter(entry: Entry): void {
    commit(entry, () => {
      owner.deliver(entry)
    })
  }

  return { commit, enter, flush }
}
