/** Sources that live while their connections come and go. */

import type { Stage } from './scenario.ts'

/** Each waits 100 ms and more between two requests: so many live at once. */
const SOURCES = 200

/**
 * Calls `windowOver` each time that `each` reconnections and more have come. All sources have lost their connections then and none has begun
 * to wait, for what a connection takes while it lives differs from look to look.
 */
export async function reconnect(
  { library, base, signal, track }: Stage,
  { windows, each, windowOver }: { windows: number; each: number; windowOver: () => Promise<void> },
): Promise<void> {
  let asked = 0
  let allAsked = (): void => undefined
  let goOn = (): void => undefined
  let gate = new Promise<void>((resolve) => (goOn = resolve))
  const shouldReconnect = async (): Promise<undefined> => {
    const open = gate
    if (++asked === SOURCES) allAsked()
    await open
  }
  const init = { signal, reconnect: { shouldReconnect } }
  const sources = Array.from({ length: SOURCES }, () => track(new library.EventSource(`${base}/end`, init)))
  const rounds = Math.ceil(each / SOURCES)
  for (let round = 1; round <= windows * rounds; round++) {
    await new Promise<void>((resolve) => (allAsked = resolve))
    if (round % rounds === 0) await windowOver()
    asked = 0
    const open = goOn
    gate = new Promise<void>((resolve) => (goOn = resolve))
    open()
  }
  for (const source of sources) source.close()
}
