/** Remembers what was found to be current, so that `npm run api:check` need not make the reports again. */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'

/** Files and folders that the reports depend on. */
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

const KEPT = '.cache/api/current'

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
 * Returns how many checks passed when they last ran on these inputs, if all did. Undefined in CI, which makes the reports every
 * time.
 */
export function passedBefore(hash: string): number | undefined {
  if (process.env.CI === 'true' || !existsSync(path(KEPT))) return undefined
  const [keptHash, passed] = readFileSync(path(KEPT), 'utf8').split(' ')
  return keptHash === hash ? Number(passed) : undefined
}

export function keepPassed(hash: string, passed: number): void {
  mkdirSync(path('.cache/api'), { recursive: true })
  writeFileSync(path(KEPT), `${hash} ${passed}`)
}

function filesIn(folder: string): string[] {
  return readdirSync(path(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && (folder !== 'dist' || entry.name.endsWith('.d.ts')))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(path('.').length))
    .sort()
}
