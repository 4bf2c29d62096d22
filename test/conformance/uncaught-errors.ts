/** Counts the uncaught exceptions that a runtime reports. */

import { check, sleep } from './harness.ts'

interface NodeProcess {
  on?: (event: 'uncaughtException', listener: (error: unknown) => void) => void
}

const { process, addEventListener } = globalThis as {
  process?: NodeProcess
  addEventListener?: (type: 'error', listener: (event: unknown) => void) => void
}

/** How often each error message, thrown by a test on purpose, has been reported. */
const counts = new Map<string, number>()
/** An error that is reported in both ways counts once. */
const seen = new WeakSet<Error>()

/** Counts reports of errors with this message from now on, and prevents them from ending the run. */
export function countUncaught(message: string): { until: (count: number) => Promise<void> } {
  if (counts.size === 0) listen()
  counts.set(message, 0)
  return {
    async until(expected) {
      for (let i = 0; i < 100 && (counts.get(message) ?? 0) < expected; i++) await sleep(20)
      check(counts.get(message) === expected, `${counts.get(message) ?? 0} exceptions were reported, not ${expected}`)
    },
  }
}

/** Node, Deno and Bun emit `uncaughtException`; browsers and Workers fire an `error` event. */
function listen(): void {
  process?.on?.('uncaughtException', (error) => {
    if (!isExpected(error)) throw error
  })
  addEventListener?.('error', (event) => {
    // In edge-runtime the listener receives the error instead of an event.
    if (event instanceof Error) isExpected(event)
    else if (isExpected((event as ErrorEvent).error)) (event as ErrorEvent).preventDefault()
  })
}

function isExpected(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const count = counts.get(error.message)
  if (count === undefined) return false
  if (!seen.has(error)) counts.set(error.message, count + 1)
  seen.add(error)
  return true
}
