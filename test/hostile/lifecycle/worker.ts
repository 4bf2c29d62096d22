/** Runs sequences in parallel, in a worker thread that catches the errors of listeners. */

import { parentPort, workerData } from 'node:worker_threads'
import fc from 'fast-check'
import type { EventSource } from 'everysource'
import { sequences } from './commands.ts'
import { Subject, Thrown } from './subject.ts'

export interface Settings {
  /** The URL of the module that exports the class. */
  module: string
  sequences: number
  seed: number
  /** Whether to shrink the first failing sequence, or stop at it. */
  isToShrink: boolean
}

export interface Result {
  sequences: number
  commands: number
  /** The smallest failing sequence, and its error. */
  failure: string | undefined
}

/** Sequences in parallel: they mostly wait to reconnect. */
const AT_ONCE = 50

const settings = workerData as Settings
const { EventSource: EventSourceClass } = (await import(settings.module)) as { EventSource: typeof EventSource }
const result: Result = { sequences: 0, commands: 0, failure: undefined }

process.on('uncaughtException', (error) => {
  if (error instanceof Thrown) error.subject.reported++
  else throw error
})

async function run(seed: number, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(sequences, fc.integer({ min: 0, max: 3 }), async (commands, kind) => {
    // Another sequence has failed already.
    if (result.failure !== undefined) return
    const subject = new Subject(EventSourceClass, kind !== 0)
    try {
      await fc.asyncModelRun(() => ({ model: subject.model, real: subject }), commands)
      await subject.settle()
      result.sequences++
      result.commands += [...commands].length
    } finally {
      subject.close()
    }
    await subject.settle()
  })
  if (result.failure !== undefined) return
  const details = await fc.check(property, { seed, numRuns, endOnFailure: !settings.isToShrink })
  if (!details.failed) return
  result.failure ??= `${fc.defaultReportMessage(details)}\n${String(details.errorInstance)}`
  // The others may be waiting for events that never happen.
  if (!settings.isToShrink) parentPort?.postMessage(result)
}

const share = Math.ceil(settings.sequences / AT_ONCE)
await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => run(settings.seed + index, share)))
parentPort?.postMessage(result)
