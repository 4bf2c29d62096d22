/** The channels of `node:diagnostics_channel`. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { onTestFinished } from 'vitest'

/** Calls back for each message on a channel until the end of the test. */
export function onChannel(name: string, callBack: (message: { source: unknown }) => void): void {
  const channel = `everysource:${name}`
  const listener = (message: unknown): void => {
    callBack(message as { source: unknown })
  }
  subscribe(channel, listener)
  onTestFinished(() => {
    unsubscribe(channel, listener)
  })
}
