/** The page, worker or process that a member runs in. */

import { hostFunction, isDocumentHidden, runtime, tryGet } from './core.ts'
import { createLock } from './lock.ts'
import type { Host } from './member.ts'

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
