/** What a runtime does with an exception that nobody catches. */

import { check, sleep } from './harness.ts'

interface NodeProcess {
  on(event: 'uncaughtException', listener: (error: unknown) => void): void
}

const { process } = globalThis as { process?: NodeProcess }

/** How often errors of these messages, which tests throw on purpose, have been reported. */
const counts = new Map<string, number>()

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

/** Node, Deno and Bun tell their process; browsers fire an event. */
function listen(): void {
  if (process) {
    process.on('uncaughtException', (error) => {
      if (!isExpected(error)) throw error
    })
  } else {
    globalThis.addEventListener('error', (event) => {
      if (isExpected(event.error)) event.preventDefault()
    })
  }
}

function isExpected(error: unknown): boolean {
  const message = error instanceof Error ? error.message : ''
  const count = counts.get(message)
  if (count !== undefined) counts.set(message, count + 1)
  return count !== undefined
}
