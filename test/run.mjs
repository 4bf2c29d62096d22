/**
 * `npm test` runs the everyday checks, `npm run test:all` or `CI=true npm test` everything. Installs missing dependencies, runs
 * the steps of steps.mjs and adds up their results. This script runs on the machine's Node, the steps on the version in
 * package.json.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import { installFolders, installIfMissing, isBuilt, root } from './install.mjs'
import { STEPS } from './steps.mjs'
import { installSystemPackages, missingSystemPackages } from './system-packages.mjs'

const USAGE = `npm test [-- --only <step>,…]
npm run test:all [-- [--only <step>,…] [--install] [--with-clients]]

  --only <step>,…  run only these steps: ${STEPS.map(({ name }) => name).join(', ')}
  --install        install browsers and servers with apt-get (root on Debian)
  --with-clients   also run the steps whose packages are large: ${STEPS.filter(({ large }) => large)
    .map(({ name }) => name)
    .join(', ')}`

/** Folders with their own package.json. */
const FOLDERS = [
  'test/runtimes',
  'test/servers',
  'test/consumers',
  'test/compat',
  'test/limits',
  'test/instrumented',
  'bench',
]

/** Folders that only steps with `large` need. */
const LARGE_FOLDERS = ['test/instrumented/next']

/** Timeout of a step in ms, so that a hanging step doesn't block the report of the others. */
const STEP_TIMEOUT = 20 * 60_000

/** How long to keep reading a step's output after it has exited, in ms. */
const OUTPUT_GRACE = 5_000

/** More lanes than cores would compete: steps mostly wait or compute on one core. */
const LANES = Math.max(2, Math.ceil(availableParallelism() / 2))

/** Duration of each step in its last run, in seconds. */
const DURATIONS_FILE = `${root}.cache/times.json`

/** The last line of a step that counts its tests. */
const COUNTS_LINE = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/

/** Lines that report a failure. The next line has the reason. */
const FAILURE = /^\s*not ok: | cannot run: |^ ?FAIL |error TS|Error:/

/** How many lines of a failed step to repeat at the end. */
const MAX_LINES = 60

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {import('./steps.mjs').Step & { seconds: number, args: string[] }} Job */
/** @typedef {{ ok: boolean, counts: Counts, lines: string[] }} Outcome */

const isCI = process.env.CI === 'true'
const options = readOptions()
const isFull = options.all || isCI
const jobs = chooseJobs()
const durations = readDurations()
/** @type {Counts} */
const totals = { passed: 0, failed: 0, skipped: 0 }
/** @type {Map<string, Outcome>} */
const outcomes = new Map()
/** @type {Map<string, number>} When each running step started. */
const running = new Map()
/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set()
const isWindows = process.platform === 'win32'
const started = performance.now()
const total = jobs.length + 1
let startedSteps = 0

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    for (const child of children) stop(child)
    process.exit(130)
  })
}

mkdirSync(`${root}.cache`, { recursive: true })
// A full run writes these files again.
if (isFull && !options.only) rmSync(`${root}.cache/runs`, { recursive: true, force: true })

const system = isFull ? prepareSystem() : Promise.resolve()
// `npm ci` builds, so a fresh installation is up to date.
const wasInstalled = installIfMissing(root)
if (isFull)
  await installFolders(
    [...FOLDERS, ...(jobs.some(({ large }) => large) ? LARGE_FOLDERS : [])].map((folder) => `${root}${folder}`),
  )
await build(wasInstalled)
// Wait here, not earlier: the first steps that need a browser start now.
await system
await runAll()
report()

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        all: { type: 'boolean', default: false },
        install: { type: 'boolean', default: false },
        'with-clients': { type: 'boolean', default: false },
        only: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(USAGE)
      process.exit(0)
    }
    for (const flag of /** @type {const} */ (['install', 'with-clients'])) {
      if (values[flag] && !values.all && !isCI) throw new Error(`--${flag} requires npm run test:all`)
    }
    const only = values.only?.split(',').map((name) => name.trim())
    if (only?.includes('')) throw new Error('--only takes step names separated by commas')
    return { ...values, only }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
    return process.exit(2)
  }
}

/** @returns {Job[]} */
function chooseJobs() {
  const all = STEPS.filter(({ quick, large }) => (large ? options['with-clients'] : isFull || quick)).map((step) => ({
    ...step,
    args: step.args ?? [],
    ...(!isFull && step.quick),
  }))
  const { only } = options
  const unknown = (only ?? []).filter((name) => !all.some((job) => job.name === name))
  if (unknown.length > 0) {
    const known = STEPS.filter(({ name }) => unknown.includes(name))
    const flag = known.some(({ large }) => large) ? ' -- --with-clients' : ''
    const hint = known.length === unknown.length ? `It runs only with npm run test:all${flag}. ` : ''
    console.error(`Unknown step "${unknown.join('", "')}". ${hint}Steps: ${all.map(({ name }) => name).join(', ')}`)
    process.exit(2)
  }
  return only ? all.filter(({ name }) => only.includes(name)) : all
}

/** Installs missing browsers and servers if requested; otherwise lists them. */
async function prepareSystem() {
  const missing = missingSystemPackages()
  if (missing.length === 0) return
  if (isCI || options.install) await installSystemPackages(missing)
  else console.log(`Not installed, so their tests are skipped: ${missing.join(', ')} (--install installs them)`)
}

/** @param {boolean} isFresh whether npm has just built */
async function build(isFresh) {
  const job = { name: 'build', script: 'build', args: ['--silent'], seconds: 8 }
  if (!isFresh && !isBuilt()) return runStep(job)
  console.log(`[${++startedSteps}/${total}] build … up to date`)
  totals.passed++
}

/** Runs the steps in parallel lanes. A step starts once the steps it depends on have finished. */
async function runAll() {
  const waiting = [...jobs]
  /** @param {Job} job */
  const isReady = ({ after = [] }) =>
    after.every((name) => outcomes.has(name) || !jobs.some((job) => job.name === name))
  const runNext = async () => {
    while (waiting.length > 0) {
      const index = waiting.findIndex(isReady)
      if (index < 0) return
      await runStep(/** @type {Job} */ (waiting.splice(index, 1)[0]))
    }
  }
  await Promise.all(Array.from({ length: LANES }, runNext))
  // Steps whose dependencies finished in the last lane.
  await runNext()
}

/**
 * Runs an npm script and prints the result.
 *
 * @param {Job} job
 */
async function runStep(job) {
  const label = `[${++startedSteps}/${total}] ${job.name} …`
  console.log(label)
  const start = performance.now()
  running.set(job.name, start)
  const outcome = await runScript(job)
  running.delete(job.name)
  const seconds = (performance.now() - start) / 1_000
  outcomes.set(job.name, outcome)
  if (outcome.ok) durations[keyOf(job)] = Math.round(seconds * 10) / 10
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) totals[key] += outcome.counts[key]
  const { failed, skipped } = outcome.counts
  const notes = [
    `${label} ${outcome.ok ? 'ok' : 'FAILED'} (${formatSeconds(seconds)})`,
    failed > 0 && `${failed} failed`,
    skipped > 0 && `${skipped} skipped`,
    estimateTimeLeft(),
  ]
  console.log(notes.filter(Boolean).join(', '))
  // Full runs log the output of every step; everyday runs only failures and skipped suites.
  const shown = isFull || !outcome.ok ? outcome.lines : outcome.lines.filter((line) => line.includes(' cannot run: '))
  if (shown.length > 0) console.log(indent(shown))
}

/**
 * @param {Job} job
 * @returns {Promise<Outcome>}
 */
async function runScript(job) {
  // Relative, because a shell on Windows would split a path that contains spaces.
  const reportFile = `.cache/${job.name}.json`
  const args = [...job.args]
  if (job.report === 'vitest') {
    rmSync(root + reportFile, { force: true })
    args.push('--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`)
  }
  const { code, lines, timedOut } = await execute(['run', '--silent', job.script, ...(args.length > 0 ? ['--', ...args] : [])]) // prettier-ignore
  const counts = (job.report === 'vitest' ? readVitestReport(reportFile) : takeCountsLine(lines)) ?? {
    passed: code === 0 ? 1 : 0,
    failed: 0,
    skipped: 0,
  }
  const ok = code === 0 && counts.failed === 0
  if (timedOut) lines.push(`Timed out after ${formatSeconds(STEP_TIMEOUT / 1_000)}`)
  // A failed step without failed tests has crashed.
  if (!ok && counts.failed === 0) counts.failed = 1
  return { ok, counts, lines }
}

/**
 * Runs npm and collects its output.
 *
 * @param {string[]} args
 */
async function execute(args) {
  const child = spawn('npm', args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: isWindows,
    // A separate process group, so that everything the step has started is stopped with it.
    detached: !isWindows,
  })
  children.add(child)
  /** @type {string[]} */
  const lines = []
  const outputs = [child.stdout, child.stderr]
  for (const output of outputs)
    createInterface({ input: output }).on('line', (line) => lines.push(stripVTControlCharacters(line)))
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    stop(child)
  }, STEP_TIMEOUT)
  /** @type {number | null} */
  const code = await new Promise((resolve) => {
    child.once('close', resolve)
    child.once('error', (error) => {
      lines.push(`Cannot start npm: ${error.message}`)
      resolve(1)
    })
    child.once('exit', () => {
      // A process left behind by the step may hold the output open forever.
      setTimeout(() => {
        for (const output of outputs) output.destroy()
      }, OUTPUT_GRACE).unref()
    })
  })
  clearTimeout(timer)
  children.delete(child)
  return { code, lines, timedOut }
}

/**
 * Kills a step and all its child processes.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function stop(child) {
  if (isWindows) spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'])
  else {
    try {
      process.kill(-Number(child.pid), 'SIGKILL')
    } catch {
      // It has already exited.
    }
  }
}

/**
 * @param {string[]} lines output of a step; the line with the counts is removed
 * @returns {Counts | undefined}
 */
function takeCountsLine(lines) {
  const index = lines.map((line) => COUNTS_LINE.test(line)).lastIndexOf(true)
  if (index < 0) return undefined
  const [, passed, failed, skipped = 0] = COUNTS_LINE.exec(lines[index] ?? '') ?? []
  lines.splice(index, 1)
  return { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) }
}

/**
 * @param {string} file
 * @returns {Counts | undefined} undefined if vitest wrote no report, or crashed while writing it
 */
function readVitestReport(file) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(root + file, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests }
  } catch {
    return undefined
  }
}

/** Repeats the failures, prints the totals and saves the durations. */
function report() {
  writeFileSync(DURATIONS_FILE, JSON.stringify(durations, null, 2))
  for (const [name, { ok, lines }] of outcomes) if (!ok) console.log(`\n${name} failed:\n${indent(excerpt(lines))}`)
  const { passed, failed, skipped } = totals
  console.log(`\nAll steps took ${formatSeconds((performance.now() - started) / 1_000)}`)
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  process.exitCode = failed > 0 ? 1 : 0
}

/**
 * The output of a failed step. If it is long, only its failures and its last lines.
 *
 * @param {string[]} lines
 */
function excerpt(lines) {
  if (lines.length <= MAX_LINES) return lines
  const failures = lines.filter((line, index) => FAILURE.test(line) || FAILURE.test(lines[index - 1] ?? ''))
  return [...failures.slice(0, MAX_LINES), '…', ...lines.slice(-MAX_LINES / 2)]
}

/**
 * Estimates the remaining time from the previous run, or from this one so far.
 *
 * @returns {string | undefined}
 */
function estimateTimeLeft() {
  const now = performance.now()
  const rest = jobs
    .filter(({ name }) => !outcomes.has(name))
    .map((job) => {
      const spent = (now - (running.get(job.name) ?? now)) / 1_000
      return Math.max(0, (durations[keyOf(job)] ?? job.seconds) - spent)
    })
  const all = rest.reduce((seconds, each) => seconds + each, 0)
  const left = Math.max(all / LANES, ...rest)
  return left >= 1 ? `about ${formatSeconds(left)} left` : undefined
}

/** @param {Job} job */
function keyOf({ name }) {
  return isFull ? `${name}, full run` : name
}

/** @returns {Record<string, number>} */
function readDurations() {
  try {
    return JSON.parse(readFileSync(DURATIONS_FILE, 'utf8'))
  } catch {
    return {}
  }
}

/** @param {number} seconds */
function formatSeconds(seconds) {
  const whole = Math.round(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** @param {string[]} lines */
function indent(lines) {
  return lines.map((line) => `    ${line}`).join('\n')
}
