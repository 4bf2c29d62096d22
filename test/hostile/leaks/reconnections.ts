/** Sources that live while their connections come and go. */

import type { Stage } from './scenario.ts'

/** Each waits 100 ms and more between two requests: so many live at once. */
const SOURCES = 400

/** Calls `windowOver` each time that so many reconnections have come; the sources live until the last. */
export async function reconnect(
  { library, base, signal, track }: Stage,
  { windows, each, windowOver }: { windows: number; each: number; windowOver: () => Promise<void> },
): Promise<void> {
  let messages = 0
  let reached = (): void => undefined
  const sources = Array.from({ length: SOURCES }, () => {
    const source = track(new library.EventSource(`${base}/end`, { signal }))
    source.onmessage = () => {
      if (++messages % each === 0) reached()
    }
    return source
  })
  for (let window = 0; window < windows; window++) {
    await new Promise<void>((resolve) => {
      reached = resolve
    })
    await windowOver()
  }
  for (const source of sources) source.close()
}
