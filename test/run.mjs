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

const sum = { passed: 0, failed: 0, skipped: 0 }

installIfMissing(root)
// Without one of them, what it brings is missing, and nothing else.
for (const folder of ['test/runtimes', 'test/servers', 'test/consumers', 'test/compat', 'test/limits', 'bench']) {
  installIfMissing(`${root}${folder}`, { required: false })
}
installFromDebian()
rmSync(`${root}.cache/runs`, { recursive: true, force: true })

await check('build')
await check('format:check')
await check('lint')
await check('types')
await check('api:check')
await check('size')
rmSync(UNIT_REPORT, { force: true })
await check('test:unit', ['--', '--reporter=default', '--reporter=json', `--outputFile=${UNIT_REPORT}`], countUnitTests)
await check('test:conformance')
await check('test:browser')
await check('docs:runtimes', ['--', '--check'])
await check('test:processes')
await check('test:mutants')
await check('test:peers')
await check('test:compat')
await check('test:drop-in')
await check('test:limits')
await check('test:servers')
await check('test:package')
await check('test:consumers')
await check('bench:smoke')

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

/** Browsers and servers, where they are missing and this may install them. Elsewhere the tests say what they miss. */
function installFromDebian() {
  const isRootOnDebian = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!isRootOnDebian) return
  const packages = DEBIAN_PACKAGES.filter(({ files }) => !files.some((file) => file && existsSync(file)))
  if (packages.length === 0) return
  const names = packages.map(({ name }) => name)
  console.log(`Installing ${names.join(', ')}`)
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status } = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env })
  if (status !== 0) console.log('They could not be installed')
}
