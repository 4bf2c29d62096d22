/** The suite in a process of its own. */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Environment } from '../conformance/harness.ts'
import type { Result } from '../conformance/suite.ts'

/** How long a run may take, in ms. */
export const LIMIT = 600_000

/** A line that is a result; others are what the runtime says. */
const RESULT = /^\{.*"outcome":/

/** What `entry.ts` is started with. */
export interface Settings extends Omit<Environment, 'EventSource'> {
  /** The module that exports `EventSource`. */
  module: string
  /** Ours only: the one that exports `fetchEventSource`. */
  dropIn?: string
}

/** Runs the bundled entry with a runtime's command and reports each result as it comes, until the signal says that it is enough. */
export async function runSuiteIn(
  [binary = '', ...args]: string[],
  entry: string,
  settings: Settings,
  report: (result: Result) => void,
  enough?: AbortSignal,
): Promise<void> {
  const child = spawn(binary, [...args, entry, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LIMIT,
  })
  enough?.addEventListener('abort', () => child.kill('SIGKILL'))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  for await (const line of createInterface({ input: child.stdout })) {
    if (RESULT.test(line)) report(JSON.parse(line) as Result)
    else console.log(line)
  }
  const code = await exited
  if (code !== 0 && enough?.aborted !== true) {
    report({ name: 'the suite runs to its end', outcome: 'failed', reason: `exit code ${String(code)}` })
  }
}
