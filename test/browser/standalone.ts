/** Starts browsers without a debugger, which would slow them down by observing every request and message. */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { keep } from '../children.ts'

/** Opens a page in a separate browser process with a new profile. Returns a function that closes it. */
export async function openStandalone(
  binary: string,
  argsFor: (profile: string) => Promise<string[]> | string[],
  envFor: (profile: string) => NodeJS.ProcessEnv = () => process.env,
): Promise<() => Promise<void>> {
  const profile = await mkdtemp(join(tmpdir(), 'everysource-browser-'))
  const child = keep(spawn(binary, await argsFor(profile), { stdio: 'ignore', env: envFor(profile) }))
  const exited = new Promise((resolve) => child.once('exit', resolve))
  await once(child, 'spawn')
  return async () => {
    child.kill('SIGKILL')
    await exited
    await rm(profile, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** The version that `--version` prints, such as `153.8.0`. On Windows the flag opens a window and prints nothing. */
export async function versionOf(binary: string): Promise<string> {
  if (process.platform === 'win32') return ''
  const { stdout } = await promisify(execFile)(binary, ['--version'])
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? ''
}
