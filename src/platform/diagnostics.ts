/** Node's `diagnostics_channel`: for tools that watch a program without changing it. */

import { runtime } from './globals.ts'

interface Channel {
  /** Asked first: a message without a subscriber is not made. */
  readonly hasSubscribers: boolean
  publish(message: object): void
}

/** What happens to a connection. Each channel is called `everysource:` and its name here. */
const NAMES = ['connect', 'open', 'message', 'lost', 'wait', 'failed', 'close'] as const

export type Channels = Record<(typeof NAMES)[number], Channel>

let known: Channels | undefined

/** Undefined where there are none. Made with the first connection: a module that loads may not look at its runtime. */
export function channels(): Channels | undefined {
  if (known) return known
  const library = runtime.process?.getBuiltinModule?.('node:diagnostics_channel')
  known =
    library && (Object.fromEntries(NAMES.map((name) => [name, library.channel(`everysource:${name}`)])) as Channels)
  return known
}
