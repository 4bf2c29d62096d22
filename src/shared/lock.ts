/** The lock that the leader holds. Its queue is the line of succession. (Web Locks) */

import { tryGet } from './core.ts'

/** Notified of the lock's state. */
export interface LockOwner {
  granted(): void
  /** Another member took the lock away. */
  stolen(): void
  /** This context may not use locks. */
  refused(): void
}

export interface LockState {
  isHeld: boolean
  /** How many members wait for the lock. */
  waiting: number
}

/** The lock, as one member sees it. */
export interface Lock {
  /** @param steal whether to take it from its holder instead of waiting */
  request(owner: LockOwner, steal: boolean): void
  /** Lets the next member have the lock, or leaves the queue. */
  release(): void
  state(): Promise<LockState>
}

/** @param name of the lock */
export function createLock(locks: LockManager, name: string): Lock {
  let release: (() => void) | undefined
  /** The client that holds the lock, once this member has had it. */
  let client: string | undefined

  return {
    request(owner, steal) {
      release?.()
      const waiting = new AbortController()
      let isGranted = false
      const isReleased = (): boolean => waiting.signal.aborted
      release = () => {
        waiting.abort()
      }
      const hold = (): Promise<void> | undefined => {
        if (isReleased()) return undefined
        isGranted = true
        return new Promise((resolve) => {
          waiting.signal.addEventListener('abort', () => {
            resolve()
          })
          client = undefined
          owner.granted()
        })
      }
      // A request that steals does not wait, so it does not take a signal.
      const request = async (): Promise<void> =>
        locks.request(name, steal ? { steal } : { signal: waiting.signal }, hold)
      request().catch(() => {
        if (isReleased()) return
        if (isGranted) owner.stolen()
        else owner.refused()
      })
    },
    release() {
      release?.()
      release = undefined
    },
    async state() {
      // Simple implementations lack it, and documents that are going away refuse it. `stolen` is called in any case.
      const snapshot = await tryGet(() => locks.query())?.catch(() => undefined)
      const { held, pending = [] } = snapshot ?? {}
      if (!held) return { isHeld: true, waiting: 0 }
      const holder = held.find((lock) => lock.name === name)?.clientId
      client ??= holder
      return {
        isHeld: holder !== undefined && holder === client,
        waiting: pending.filter((lock) => lock.name === name).length,
      }
    },
  }
}
