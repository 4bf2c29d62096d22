/** Browsers that nobody controls: a debugger, which is told of every request and message, would slow them down. */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Opens a page in a browser of its own, with a profile of its own; returns what ends it. */
export async function openAlone(
  binary: string,
  argsFor: (profile: string) => Promise<string[]> | string[],
): Promise<() => Promise<void>> {
  const profile = await mkdtemp(join(tmpdir(), 'everysource-browser-'))
  const child = spawn(binary, await argsFor(profile), { stdio: 'ignore' })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  // A run that breaks off must not leave it behind.
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  await once(child, 'spawn')
  return async () => {
    process.off('exit', kill)
    kill()
    await exited
    await rm(profile, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** Such as `153.8.0`, of what `--version` prints. On Windows that opens a window and prints nothing. */
export async function versionOf(binary: string): Promise<string> {
  if (process.platform === 'win32') return ''
  const { stdout } = await promisify(execFile)(binary, ['--version'])
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? ''
}
