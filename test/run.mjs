/**
 * `npm test`: installs what is missing, runs every check, adds up all of them. Runs on whatever Node the machine has; the
 * checks run on the Node that package.json brings.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { installIfMissing, root } from './install.mjs'

/** The closing line of a check that counts what it did. */
const CLOSING = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/
const UNIT_REPORT = `${root}.cache/unit.json`

const sum = { passed: 0, failed: 0, skipped: 0 }

installIfMissing(root)
// Without it, the runtimes that it brings are missing, and nothing else.
installIfMissing(`${root}test/runtimes`, { required: false })
installChromium()

await check('build')
await check('format:check')
await check('lint')
await check('types')
rmSync(UNIT_REPORT, { force: true })
await check('test:unit', ['--', '--reporter=default', '--reporter=json', `--outputFile=${UNIT_REPORT}`], countUnitTests)
await check('test:conformance')
await check('test:processes')
await check('test:mutants')
await check('test:peers')
await check('test:drop-in')
await check('test:browser')
await check('test:package')

const { passed, failed, skipped } = sum
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0

/**
 * Runs a script of package.json. One that prints no closing line counts as one check.
 *
 * @param {string} script
 * @param {string[]} args
 * @param {() => void} [count] adds up what it did, where it does not say so itself
 */
async function check(script, args = [], count) {
  console.log(`\n> npm run ${script}`)
  const started = performance.now()
  const failedBefore = sum.failed
  const child = spawn('npm', ['run', '--silent', script, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  })
  /** @type {Promise<number | null>} */
  const exited = new Promise((resolve) => child.once('close', resolve))
  let counted = false
  for await (const line of createInterface({ input: child.stdout })) {
    const closing = CLOSING.exec(line)
    if (!closing) {
      console.log(line)
      continue
    }
    counted = true
    add(Number(closing[1]), Number(closing[2]), Number(closing[3] ?? 0))
  }
  const ok = (await exited) === 0
  if (count) count()
  else if (ok && !counted) add(1, 0, 0)
  // One that failed and counted no failure has crashed.
  if (!ok && sum.failed === failedBefore) add(0, 1, 0)
  console.log(`  ${script}: ${ok ? 'ok' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
}

/**
 * @param {number} passed
 * @param {number} failed
 * @param {number} skipped
 */
function add(passed, failed, skipped) {
  sum.passed += passed
  sum.failed += failed
  sum.skipped += skipped
}

/** Reads the report that vitest wrote, if it came to that. */
function countUnitTests() {
  if (!existsSync(UNIT_REPORT)) return
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(UNIT_REPORT, 'utf8'))
  add(numPassedTests, numFailedTests, numPendingTests)
}

/** Debian's Chromium, where there is none and this may install it. Elsewhere the tests say how to bring one. */
function installChromium() {
  const places = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const isRootOnDebian = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!isRootOnDebian || places.some((place) => place && existsSync(place))) return
  console.log('Installing Chromium')
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status } = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env })
  if (status !== 0) console.log('Chromium could not be installed')
}
