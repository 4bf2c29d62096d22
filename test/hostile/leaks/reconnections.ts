/** Sources that reconnect many times. */

import type { Stage } from './scenario.ts'

/** Number of sources in parallel: each waits at least 100 ms between two requests. */
const SOURCES = 200

/**
 * Calls `windowOver` after every `each` or more reconnections. At that moment all sources have lost their connection and none waits
 * yet, because the memory of open connections differs between samples.
 */
export async function reconnect(
  { library, base, signal, track }: Stage,
  { windows, each, windowOver }: { windows: number; each: number; windowOver: () => Promise<void> },
): Promise<void> {
  let deciding = 0
  let allDeciding = (): void => undefined
  let openGate = (): void => undefined
  let gate = new Promise<void>((resolve) => (openGate = resolve))
  const shouldReconnect = async (): Promise<undefined> => {
    const open = gate
    if (++deciding === SOURCES) allDeciding()
    await open
  }
  const init = { signal, reconnect: { shouldReconnect } }
  const sources = Array.from({ length: SOURCES }, () => track(new library.EventSource(`${base}/end`, init)))
  const rounds = Math.ceil(each / SOURCES)
  for (let round = 1; round <= windows * rounds; round++) {
    await new Promise<void>((resolve) => (allDeciding = resolve))
    if (round % rounds === 0) await windowOver()
    deciding = 0
    const open = openGate
    gate = new Promise<void>((resolve) => (openGate = resolve))
    open()
  }
  for (const source of sources) source.close()
}
