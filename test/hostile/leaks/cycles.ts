/** Scenarios of short connections. */

import type { Scenario, Stage } from './scenario.ts'

export const CYCLES: Record<string, Scenario> = {
  'connect, message, close': {
    atOnce: 50,
    cycle: ({ library, base, signal, track }) =>
      new Promise((resolve) => {
        const source = track(new library.EventSource(`${base}/message`, { signal }))
        source.onmessage = () => {
          source.close()
          resolve()
        }
      }),
  },
  'a loop left by break': {
    atOnce: 50,
    cycle: async ({ library, base, signal, track }) => {
      for await (const _ of track(library.streamEvents(`${base}/message`, { signal }))) break
    },
  },
  // The program neither closes the source nor reads the body.
  'a refused response': {
    atOnce: 100,
    cycle: (stage) => refused(stage, '/refused'),
  },
  'a refused response that is complete': {
    atOnce: 100,
    cycle: (stage) => refused(stage, '/not-found'),
  },
  'a loop whose request is refused': {
    atOnce: 100,
    cycle: async ({ library, base, signal, track }) => {
      try {
        for await (const _ of track(library.streamEvents(`${base}/refused`, { signal }))) break
      } catch (error) {
        if ((error as { reason?: string }).reason !== 'status') throw error
      }
    },
  },
}

function refused({ library, base, signal, track }: Stage, path: string): Promise<void> {
  return new Promise((resolve) => {
    const source = track(new library.EventSource(base + path, { signal }))
    // References the source, as listeners often do.
    source.onerror = () => {
      if (source.readyState === library.EventSource.CLOSED) resolve()
    }
  })
}
