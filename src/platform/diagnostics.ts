/** Node's `diagnostics_channel`: for tools that watch a program without changing it. */

import { tryGet, reportError, runtime } from './globals.ts'

interface Channel {
  readonly hasSubscribers: boolean
  publish(message: object): void
}

/** What happens to a connection. Each channel is called `everysource:` and its name here. */
const NAMES = ['connect', 'open', 'message', 'lost', 'wait', 'failed', 'close'] as const

type Name = (typeof NAMES)[number]

/** Undefined until the first connection: a module that loads may not look at its runtime. Null where there are no channels. */
let channels: Record<Name, Channel> | null | undefined

/** To be asked where the closure for `publish` would cost too much. */
export function hasSubscribers(name: Name): boolean | undefined {
  return channelOf(name)?.hasSubscribers
}

/** @param describe makes the message, if anybody has subscribed */
export function publish(name: Name, describe: () => object): void {
  const channel = channelOf(name)
  if (!channel?.hasSubscribers) return
  try {
    channel.publish(describe())
  } catch (error) {
    // Whoever watches must not stop a connection.
    reportError(error)
  }
}

function channelOf(name: Name): Channel | undefined {
  if (channels === undefined) {
    channels =
      tryGet(() => {
        const library = runtime.process?.getBuiltinModule?.('node:diagnostics_channel')
        const entries = library && NAMES.map((one) => [one, library.channel(`everysource:${one}`)] as const)
        return entries && (Object.fromEntries(entries) as Record<Name, Channel>)
      }) ?? null
  }
  return channels?.[name]
}
