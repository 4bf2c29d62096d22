/** Publishes to Node's `diagnostics_channel`, for tools that monitor a program without changing it. */

import { tryGet, reportError, runtime } from './globals.ts'

interface Channel {
  readonly hasSubscribers: boolean
  publish(message: object): void
}

/** Channel names, without the prefix `everysource:`. */
const NAMES = ['connect', 'open', 'message', 'lost', 'wait', 'failed', 'close', 'keep-alive'] as const

type Name = (typeof NAMES)[number]

/** Undefined until the first connection, because loading a module must not access the runtime. Null if there are no channels. */
let channels: Record<Name, Channel> | null | undefined

/** Check this first where the closure for `publish` would cost too much. */
export function hasSubscribers(name: Name): boolean | undefined {
  return channelOf(name)?.hasSubscribers
}

/** @param describe creates the message; called only if there are subscribers */
export function publish(name: Name, describe: () => object): void {
  const channel = channelOf(name)
  if (!channel?.hasSubscribers) return
  try {
    channel.publish(describe())
  } catch (error) {
    // A subscriber that throws must not stop the connection.
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
