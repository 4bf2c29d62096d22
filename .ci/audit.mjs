/** Fails if there is a known vulnerability in the published package: in its dependencies, or in packages compiled into it. */

import { spawnSync } from 'node:child_process'

/** `npm audit --omit=dev` leaves these out, because they are devDependencies. */
const COMPILED_IN = ['eventsource-parser']

const shipped = audit(['--omit=dev'])
const everything = audit([])
const found = [...Object.values(shipped), ...Object.values(everything).filter(({ name }) => COMPILED_IN.includes(name))]
console.log(found.length === 0 ? 'No known vulnerability in the published package' : JSON.stringify(found, null, 2))
process.exit(found.length === 0 ? 0 : 1)

/**
 * @param {string[]} args
 * @returns {Record<string, { name: string }>}
 */
function audit(args) {
  // The exit code covers all packages, so it does not help.
  const { stdout } = spawnSync('npm', ['audit', '--json', ...args], { encoding: 'utf8' })
  const report = JSON.parse(stdout)
  if (!report.vulnerabilities) throw new Error(`npm audit failed: ${stdout}`)
  return report.vulnerabilities
}
