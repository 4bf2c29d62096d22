/** The channels of Node's `diagnostics_channel`, for those who watch a program without changing it. */

import { runtime } from './globals.ts'

/** Where there are no such channels, as in browsers, nobody listens. */
interface Channel {
  /** To be asked first: a message that nobody reads need not be made. */
  readonly hasSubscribers: boolean
  publish(message: object): void
}

/** What happens to a connection. Each channel is called `everysource:` and its name here. */
const NAMES = ['connect', 'open', 'message', 'lost', 'wait', 'failed', 'close'] as const

export type Channels = Record<(typeof NAMES)[number], Channel>

const silent: Channel = { hasSubscribers: false, publish: () => undefined }

let known: Channels | undefined

/** Made when the first connection is: a module that loads may not look at its runtime. */
export function channels(): Channels {
  if (known) return known
  const library = runtime.process?.getBuiltinModule?.('node:diagnostics_channel')
  const entries = NAMES.map((name) => [name, library?.channel(`everysource:${name}`) ?? silent])
  known = Object.fromEntries(entries) as Channels
  return known
}
