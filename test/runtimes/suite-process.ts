/** Runs the suite in a separate process. */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Environment } from '../conformance/harness.ts'
import type { Result } from '../conformance/suite.ts'

/** The time limit of a run, in ms. */
export const LIMIT = 600_000

/** Matches a line with a result. Other lines are output of the runtime. */
const RESULT = /^\{.*"outcome":/

/** The settings for `entry.ts`. */
export interface Settings extends Omit<Environment, 'EventSource'> {
  /** The module that exports `EventSource`. */
  module: string
  /** For ours only: the module that exports `fetchEventSource`. */
  dropIn?: string
}

/** Runs the bundled entry with a runtime's command and reports each result as it arrives, until the signal is aborted. */
export async function runSuiteIn(
  [binary = '', ...args]: string[],
  entry: string,
  settings: Settings,
  report: (result: Result) => void,
  signal?: AbortSignal,
): Promise<void> {
  const child = spawn(binary, [...args, entry, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LIMIT,
  })
  signal?.addEventListener('abort', () => child.kill('SIGKILL'))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  for await (const line of createInterface({ input: child.stdout })) {
    if (RESULT.test(line)) report(JSON.parse(line) as Result)
    else console.log(line)
  }
  const code = await exited
  if (code !== 0 && signal?.aborted !== true) {
    report({ name: 'the suite finishes', outcome: 'failed', reason: `exit code ${String(code)}` })
  }
}
