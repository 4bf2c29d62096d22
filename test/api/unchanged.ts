/** Remembers the inputs of the last successful run, so that `npm run api:check` can skip unchanged ones. */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'

/** Files and folders that affect the reports. */
const INPUTS = [
  'dist',
  'src',
  'docs/api',
  'docs/reference/api',
  'test/api',
  'test/tally.ts',
  'package-lock.json',
  'package.json',
  'tsconfig.json',
  '.prettierrc.json',
]

const CACHE_FILE = '.cache/api/current'

/** Returns a hash of all inputs. */
export function hashInputs(): string {
  const hash = createHash('sha256')
  const files = INPUTS.flatMap((input) => (statSync(path(input)).isDirectory() ? filesIn(input) : [input]))
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(path(file)))
      .update('\0')
  return hash.digest('hex')
}

/**
 * Returns the number of passed checks if all passed in the last run with these inputs. Undefined in CI, which always runs the
 * checks.
 */
export function passedBefore(hash: string): number | undefined {
  if (process.env.CI === 'true' || !existsSync(path(CACHE_FILE))) return undefined
  const [cachedHash, passed] = readFileSync(path(CACHE_FILE), 'utf8').split(' ')
  return cachedHash === hash ? Number(passed) : undefined
}

export function rememberPassed(hash: string, passed: number): void {
  mkdirSync(path('.cache/api'), { recursive: true })
  writeFileSync(path(CACHE_FILE), `${hash} ${passed}`)
}

function filesIn(folder: string): string[] {
  return readdirSync(path(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && (folder !== 'dist' || entry.name.endsWith('.d.ts')))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(path('.').length))
    .sort()
}
