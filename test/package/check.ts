/** Runs checks and prints a line for each. */

import { execFile } from 'node:child_process'
import { isCI } from '../ci.ts'

/** The package folder. */
export const ROOT = new URL('../../', import.meta.url)

const counts = { passed: 0, failed: 0, skipped: 0 }

/** Runs a check, which throws if the fact doesn't hold. */
export async function check(fact: string, verify: () => unknown): Promise<void> {
  try {
    await verify()
    counts.passed++
    console.log(`ok ${fact}`)
  } catch (error) {
    counts.failed++
    console.log(`not ok ${fact}\n  ${String(error instanceof Error ? error.message : error).replaceAll('\n', '\n  ')}`)
  }
}

/** Skips checks for a reason such as a missing tool. CI has all tools, so there it counts as a failure. */
export function skip(facts: string, reason: string): void {
  counts[isCI() ? 'failed' : 'skipped']++
  console.log(`${isCI() ? 'not ok' : 'skipped'} ${facts}: ${reason}`)
}

/** Prints the total as the last line of the run, and sets the exit code. */
export function end(): void {
  const { passed, failed, skipped } = counts
  if (failed > 0) process.exitCode = 1
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
}

/** Returns the output of a command. Rejects with its output if it fails. */
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

/** Runs the command of an installed package on this Node. */
export function runTool(path: string, args: string[], cwd?: string): Promise<string> {
  return run(process.execPath, [new URL(`node_modules/${path}`, ROOT).pathname, ...args], cwd)
}
