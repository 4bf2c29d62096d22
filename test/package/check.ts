/** Runs checks and prints a line for each. */

import { execFile } from 'node:child_process'
import { isCI } from '../ci.ts'

/** The folder of the package. */
export const ROOT = new URL('../../', import.meta.url)

const counts = { passed: 0, failed: 0, skipped: 0 }

/** A fact about the package, and what proves it: it throws where the fact does not hold. */
export async function check(fact: string, prove: () => unknown): Promise<void> {
  try {
    await prove()
    counts.passed++
    console.log(`ok ${fact}`)
  } catch (error) {
    counts.failed++
    console.log(`not ok ${fact}\n  ${String(error instanceof Error ? error.message : error).replaceAll('\n', '\n  ')}`)
  }
}

/** Skips checks for a reason, such as a missing tool. CI has all tools, so there it is a failure. */
export function skip(facts: string, reason: string): void {
  counts[isCI() ? 'failed' : 'skipped']++
  console.log(`${isCI() ? 'not ok' : 'skipped'} ${facts}: ${reason}`)
}

/** Prints the sum, the last line that a run prints, and sets the exit code. */
export function end(): void {
  const { passed, failed, skipped } = counts
  if (failed > 0) process.exitCode = 1
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
}

/** What a command prints. Fails with all it printed. */
export function run(
  command: string,
  args: string[],
  cwd: URL | string = ROOT,
  env: Record<string, string> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...env }, timeout: 600_000, maxBuffer: 1e8 }
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`.slice(0, 4_000)))
      else resolve(stdout)
    })
  })
}

/** A command of a package that is installed, on this Node. */
export function runTool(path: string, args: string[], cwd?: string): Promise<string> {
  return run(process.execPath, [new URL(`node_modules/${path}`, ROOT).pathname, ...args], cwd)
}
