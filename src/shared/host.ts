/** The page, worker or process that a member runs in. */

import { hostFunction, isDocumentHidden, runtime, tryGet } from './core.ts'
import { createLock, type Lock } from './lock.ts'
import type { Message } from './protocol.ts'

/** The context of a member. Tests simulate it. */
export interface Host {
  /** Undefined if the context cannot share. */
  readonly lock: Lock | undefined
  /** Undefined if the context cannot share. */
  openChannel(onMessage: (data: unknown) => void): Channel | undefined
  isHidden(): boolean
  /** Returns a function that cancels the timer. */
  startTimer(run: () => void, ms: number): () => void
}

export interface Channel {
  post(message: Message): void
  close(): void
}

/** @param key the name of the lock and the channel */
export function createHost(key: string): Host {
  const locks = tryGet(() => runtime.navigator?.locks)
  return {
    lock: locks && createLock(locks, key),
    openChannel: (onMessage) =>
      // Undefined where it is missing, and throws for some documents without an origin.
      tryGet(() => {
        const BroadcastChannel = hostFunction('BroadcastChannel')
        if (!BroadcastChannel) return undefined
        const channel = new BroadcastChannel(key)
        channel.onmessage = ({ data }) => {
          onMessage(data)
        }
        return {
          post: (message) => {
            channel.postMessage(message)
          },
          close: () => {
            channel.close()
          },
        }
      }),
    isHidden: isDocumentHidden,
    startTimer: (run, ms) => {
      const timer = setTimeout(run, ms)
      return () => {
        clearTimeout(timer)
      }
    },
  }
}
