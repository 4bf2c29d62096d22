/** What a runtime does with an exception that nobody catches. */

import { check, sleep } from './harness.ts'

interface NodeProcess {
  on?: (event: 'uncaughtException', listener: (error: unknown) => void) => void
}

const { process, addEventListener } = globalThis as {
  process?: NodeProcess
  addEventListener?: (type: 'error', listener: (event: unknown) => void) => void
}

/** How often errors of these messages, which tests throw on purpose, have been reported. */
const counts = new Map<string, number>()
/** One that is reported in both ways counts once. */
const seen = new WeakSet<Error>()

/** Counts the reports of errors with this message from now on, and keeps them from ending the run. */
export function captureReported(message: string): { until: (count: number) => Promise<void> } {
  if (counts.size === 0) listen()
  counts.set(message, 0)
  return {
    async until(expected) {
      for (let i = 0; i < 100 && (counts.get(message) ?? 0) < expected; i++) await sleep(20)
      check(counts.get(message) === expected, `${counts.get(message) ?? 0} exceptions were reported, not ${expected}`)
    },
  }
}

/** Node, Deno and Bun tell their process; browsers and Workers, whose process hears of nothing, fire an event. */
function listen(): void {
  process?.on?.('uncaughtException', (error) => {
    if (!isExpected(error)) throw error
  })
  addEventListener?.('error', (event) => {
    // In edge-runtime the listener gets the error itself.
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
