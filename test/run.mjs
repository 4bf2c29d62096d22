/**
 * `npm test`: installs what is missing, runs every check, adds up all of them. Runs on whatever Node the machine has; the
 * checks run on the Node that package.json brings.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { installIfMissing, installWhatIsMissing, root } from './install.mjs'

/** The closing line of a check that counts what it did. */
const CLOSING = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/
const UNIT_REPORT = `${root}.cache/unit.json`

/** What npm does not bring, and where it would be. */
const DEBIAN_PACKAGES = [
  {
    name: 'chromium',
    files: [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  },
  { name: 'firefox-esr', files: [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'] },
  { name: 'webkit2gtk-driver', files: ['/usr/bin/WebKitWebDriver'] },
  { name: 'xvfb', files: ['/usr/bin/Xvfb'] },
  { name: 'nginx', files: ['/usr/sbin/nginx'] },
  { name: 'haproxy', files: ['/usr/sbin/haproxy'] },
]

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @type {Counts} */
const sum = { passed: 0, failed: 0, skipped: 0 }

/** What a check prints of a failure. */
const FAILURE = /^\s*not ok: | cannot run: /
/**
 * The lines that say what failed, to be read again at the end of a log that is long.
 *
 * @type {string[]}
 */
const failures = []
/** How many of them to keep of a check. */
const MOST_FAILURES = 20

// It mostly waits for the network, and what needs no browser need not wait for it.
const installed = installFromDebian()
const isBuilt = installIfMissing(root)
// Without one of them, what it brings is missing, and nothing else.
const FOLDERS = ['test/runtimes', 'test/servers', 'test/consumers', 'test/compat', 'test/limits', 'bench']
await installWhatIsMissing(FOLDERS.map((folder) => `${root}${folder}`))
rmSync(`${root}.cache/runs`, { recursive: true, force: true })
rmSync(UNIT_REPORT, { force: true })

// npm builds after an installation.
if (!isBuilt) await check('build')
await sideBySide(['format:check', 'lint'], ['types', 'api:check', 'size'])
await installed
await check('test:unit', {
  args: ['--', '--reporter=default', '--reporter=json', `--outputFile=${UNIT_REPORT}`],
  count: countUnitTests,
})
await check('test:conformance')
await check('test:browser')
await check('docs:runtimes', { args: ['--', '--check'] })
await check('test:processes')
// What one of each pair mostly does is wait.
await sideBySide(['test:mutants'], ['bench:smoke', 'test:cli'])
await check('test:drop-in')
await sideBySide(['test:servers'], ['test:compat', 'test:limits', 'test:package', 'test:migration'])
await sideBySide(['test:consumers'], ['test:peers'])
await check('test:page')
await check('test:hostile')

if (failures.length > 0) console.log(`\nWhat failed:\n${failures.join('\n')}`)
const { passed, failed, skipped } = sum
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0

/**
 * Runs scripts one after the other, beside others. Each prints what it has to say when it is over.
 *
 * @param {string[][]} rows
 */
async function sideBySide(...rows) {
  await Promise.all(
    rows.map(async (scripts) => {
      for (const script of scripts) {
        /** @type {string[]} */
        const lines = []
        await check(script, { print: (line) => void lines.push(line) })
        console.log(lines.join('\n'))
      }
    }),
  )
}

/**
 * Runs a script of package.json. One that prints no closing line counts as one check.
 *
 * @param {string} script
 * @param {object} [options]
 * @param {string[]} [options.args]
 * @param {(line: string) => void} [options.print]
 * @param {(failures: string[]) => Counts} [options.count] what it did, where it does not say so itself; adds what failed
 */
async function check(script, { args = [], print = console.log, count } = {}) {
  print(`\n> npm run ${script}`)
  const started = performance.now()
  const child = spawn('npm', ['run', '--silent', script, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  })
  /** @type {Promise<number | null>} */
  const exited = new Promise((resolve) => child.once('close', resolve))
  /** @type {Counts | undefined} */
  let counts
  /**
   * Each failure with the line after it, which has the reason.
   *
   * @type {string[]}
   */
  const found = []
  let wasFailure = false
  for await (const line of createInterface({ input: child.stdout })) {
    const [, passed, failed, skipped = 0] = CLOSING.exec(line) ?? []
    if (passed === undefined) print(line)
    else counts = { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) }
    const plain = stripVTControlCharacters(line)
    const isFailure = FAILURE.test(plain)
    if (isFailure || wasFailure) found.push(plain)
    wasFailure = isFailure
  }
  const ok = (await exited) === 0
  if (count) counts = count(found)
  counts ??= { passed: ok ? 1 : 0, failed: 0, skipped: 0 }
  // One that failed and counted no failure has crashed.
  if (!ok && counts.failed === 0) counts.failed = 1
  if (!ok) failures.push(`  ${script}: ${counts.failed} failed`, ...found.slice(0, 2 * MOST_FAILURES))
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) sum[key] += counts[key]
  print(`  ${script}: ${ok ? 'ok' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
}

/**
 * Reads the report that vitest wrote, if it came to that.
 *
 * @param {string[]} found
 * @returns {Counts}
 */
function countUnitTests(found) {
  if (!existsSync(UNIT_REPORT)) return { passed: 0, failed: 0, skipped: 0 }
  const report = JSON.parse(readFileSync(UNIT_REPORT, 'utf8'))
  for (const { name, message, assertionResults } of report.testResults) {
    if (message !== '' && assertionResults.length === 0)
      found.push(`  not ok: ${name}`, `    ${message.split('\n')[0]}`)
  }
  const tests = report.testResults.flatMap((/** @type {any} */ file) => file.assertionResults)
  for (const { status, fullName, failureMessages } of tests) {
    if (status === 'failed') found.push(`  not ok: ${fullName}`, `    ${String(failureMessages[0]).split('\n')[0]}`)
  }
  return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests }
}

/** Browsers and servers, where they are missing and this may install them. Elsewhere the tests say what they miss. */
async function installFromDebian() {
  const isRootOnDebian = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!isRootOnDebian) return
  const packages = DEBIAN_PACKAGES.filter(({ files }) => !files.some((file) => file && existsSync(file)))
  if (packages.length === 0) return
  const names = packages.map(({ name }) => name).join(' ')
  console.log(`Installing ${names}`)
  const install = `apt-get update -qq; apt-get install -y -qq --no-install-recommends ${names} >/dev/null`
  const child = spawn('sh', ['-c', install], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) console.log('They could not be installed')
}
