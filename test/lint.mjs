/** `npm run lint`: eslint, plus knip for unused files, exports and dependencies. Arguments are passed to eslint. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

// The cache misses errors caused by another file: eslint checks a file again only when that file changes. If a function now
// returns a promise, a missing `await` elsewhere can go unnoticed. CI checks every file.
const CACHE = ['--cache', '--cache-strategy', 'content', '--cache-location', '.cache/eslint/']

const isCI = process.env.CI === 'true'
const codes = await Promise.all([
  run('eslint', '.', '--max-warnings', '0', ...(isCI ? [] : CACHE), ...process.argv.slice(2)),
  run('knip'),
])
process.exitCode = Math.max(...codes)

/**
 * Runs a tool from node_modules and returns its exit code.
 *
 * @param {string} name
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function run(name, ...args) {
  const script = join(root, 'node_modules', name, 'bin', `${name}.js`)
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' })
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)))
}
