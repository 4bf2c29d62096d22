/** What a runtime does with an exception that nobody catches. */

import { check } from './harness.ts'

interface NodeProcess {
  on(event: 'uncaughtException', listener: (error: unknown) => void): void
}

const { process } = globalThis as { process?: NodeProcess }

/** Counts the reports of errors with this message from now on, and keeps them from ending the run. */
export function captureReported(message: string): { until: (count: number) => Promise<void> } {
  let count = 0
  const hear = (error: unknown): boolean => {
    const ours = String(error).includes(message)
    if (ours) count++
    return ours
  }
  if (process) {
    process.on('uncaughtException', (error) => {
      if (!hear(error)) throw error
    })
  } else {
    globalThis.addEventListener('error', (event) => {
      if (hear(event.error)) event.preventDefault()
    })
  }
  return {
    async until(expected) {
      for (let i = 0; i < 100 && count < expected; i++) await new Promise((resolve) => setTimeout(resolve, 20))
      check(count === expected, `${count} exceptions were reported instead of ${expected}`)
    },
  }
}
