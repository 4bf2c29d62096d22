/**
 * `npm test`, the everyday checks, and `npm run test:all`, all of them: installs what is missing, runs the steps of steps.mjs and
 * adds up what they report. `CI=true npm test` runs all of them too. Runs on the machine's Node; the steps run on the Node of
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
npm run test:all [-- [--only <step>,…] [--install]]

  --only <step>,…  runs these steps: ${STEPS.map(({ name }) => name).join(', ')}
  --install        installs browsers and servers with apt-get, as root on Debian`

/** The folders with packages of their own. */
const FOLDERS = ['test/runtimes', 'test/servers', 'test/consumers', 'test/compat', 'test/limits', 'bench']

/** How long a step may take, in ms: one that hangs must not keep the others from being reported. */
const STEP_LIMIT = 20 * 60_000

/** How long a step's output may stay open once the step has exited, in ms. */
const OUTPUT_GRACE = 5_000

/** Steps mostly wait, or compute on one core. */
const LANES = Math.max(2, Math.ceil(availableParallelism() / 2))

/** Seconds that each step took in its last run. */
const TIMES = `${root}.cache/times.json`

/** The closing line of a step that counts its tests. */
const CLOSING = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/

/** How a step reports a failure; the line after it has the reason. */
const FAILURE = /^\s*not ok: | cannot run: |^ ?FAIL |error TS|Error:/

/** How many lines of a failed step are repeated at the end. */
const MOST_LINES = 60

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {import('./steps.mjs').Step & { seconds: number, args: string[] }} Job */
/** @typedef {{ ok: boolean, counts: Counts, lines: string[] }} Outcome */

const isCI = process.env.CI === 'true'
const options = readOptions()
const isFull = options.all || isCI
const jobs = chooseJobs()
const known = readTimes()
/** @type {Counts} */
const sum = { passed: 0, failed: 0, skipped: 0 }
/** @type {Map<string, Outcome>} */
const outcomes = new Map()
/** @type {Map<string, number>} When each running step started. */
const running = new Map()
/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set()
const isWindows = process.platform === 'win32'
const started = performance.now()
const total = jobs.length + 1
let begun = 0

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    for (const child of children) stop(child)
    process.exit(130)
  })
}

mkdirSync(`${root}.cache`, { recursive: true })
// A whole run writes them anew.
if (isFull && !options.only) rmSync(`${root}.cache/runs`, { recursive: true, force: true })

const system = isFull ? prepareSystem() : Promise.resolve()
// npm builds after an installation.
const wasInstalled = installIfMissing(root)
if (isFull) await installFolders(FOLDERS.map((folder) => `${root}${folder}`))
await build(wasInstalled)
// The steps that need a browser start soon.
await system
await runAll()
report()

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        all: { type: 'boolean', default: false },
        install: { type: 'boolean', default: false },
        only: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(USAGE)
      process.exit(0)
    }
    if (values.install && !values.all && !isCI) throw new Error('--install is for npm run test:all')
    const only = values.only?.split(',').map((name) => name.trim())
    if (only?.includes('')) throw new Error('--only takes names of steps, separated by commas')
    return { ...values, only }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
    return process.exit(2)
  }
}

/** @returns {Job[]} */
function chooseJobs() {
  const all = STEPS.filter(({ quick }) => isFull || quick).map((step) => ({
    ...step,
    args: step.args ?? [],
    ...(!isFull && step.quick),
  }))
  const { only } = options
  const unknown = (only ?? []).filter((name) => !all.some((job) => job.name === name))
  if (unknown.length > 0) {
    const hint = unknown.every((name) => STEPS.some((step) => step.name === name))
      ? 'Only npm run test:all has it. '
      : ''
    console.error(`Unknown step "${unknown.join('", "')}". ${hint}Steps: ${all.map(({ name }) => name).join(', ')}`)
    process.exit(2)
  }
  return only ? all.filter(({ name }) => only.includes(name)) : all
}

/** Installs browsers and servers where that is asked for, and names those that are missing otherwise. */
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
  console.log(`[${++begun}/${total}] build … up to date`)
  sum.passed++
}

/** Runs the steps, a few at a time, each as soon as those that it needs are over. */
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
  // Those that waited for the last of a lane.
  await runNext()
}

/**
 * Runs a script of package.json and says how it went.
 *
 * @param {Job} job
 */
async function runStep(job) {
  const label = `[${++begun}/${total}] ${job.name} …`
  console.log(label)
  const start = performance.now()
  running.set(job.name, start)
  const outcome = await outcomeOf(job)
  running.delete(job.name)
  const seconds = (performance.now() - start) / 1_000
  outcomes.set(job.name, outcome)
  if (outcome.ok) known[keyOf(job)] = Math.round(seconds * 10) / 10
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) sum[key] += outcome.counts[key]
  const { failed, skipped } = outcome.counts
  const notes = [
    `${label} ${outcome.ok ? 'ok' : 'FAILED'} (${spoken(seconds)})`,
    failed > 0 && `${failed} failed`,
    skipped > 0 && `${skipped} skipped`,
    timeLeft(),
  ]
  console.log(notes.filter(Boolean).join(', '))
  // A full run logs the output of every step; the everyday run only failures and skipped suites.
  const shown = isFull || !outcome.ok ? outcome.lines : outcome.lines.filter((line) => line.includes(' cannot run: '))
  if (shown.length > 0) console.log(indented(shown))
}

/**
 * @param {Job} job
 * @returns {Promise<Outcome>}
 */
async function outcomeOf(job) {
  // Relative, since a shell on Windows would split a path with spaces.
  const reportFile = `.cache/${job.name}.json`
  const args = [...job.args]
  if (job.report === 'vitest') {
    rmSync(root + reportFile, { force: true })
    args.push('--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`)
  }
  const { code, lines, isLate } = await execute(['run', '--silent', job.script, ...(args.length > 0 ? ['--', ...args] : [])]) // prettier-ignore
  const counts = (job.report === 'vitest' ? readVitestReport(reportFile) : readClosingLine(lines)) ?? {
    passed: code === 0 ? 1 : 0,
    failed: 0,
    skipped: 0,
  }
  const ok = code === 0 && counts.failed === 0
  if (isLate) lines.push(`It was stopped: it had not ended after ${spoken(STEP_LIMIT / 1_000)}`)
  // A step that failed and counted no failure has crashed.
  if (!ok && counts.failed === 0) counts.failed = 1
  return { ok, counts, lines }
}

/**
 * Runs npm and keeps what it prints.
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
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    stop(child)
  }, STEP_LIMIT)
  /** @type {number | null} */
  const code = await new Promise((resolve) => {
    child.once('close', resolve)
    child.once('error', (error) => {
      lines.push(`npm cannot be started: ${error.message}`)
      resolve(1)
    })
    child.once('exit', () => {
      // A process that the step has left behind may hold its output open for ever.
      setTimeout(() => {
        for (const output of outputs) output.destroy()
      }, OUTPUT_GRACE).unref()
    })
  })
  clearTimeout(timer)
  children.delete(child)
  return { code, lines, isLate }
}

/**
 * Ends a step and everything that it has started.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function stop(child) {
  if (isWindows) spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'])
  else {
    try {
      process.kill(-Number(child.pid), 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}

/**
 * @param {string[]} lines what a step printed; its closing line is taken out
 * @returns {Counts | undefined}
 */
function readClosingLine(lines) {
  const index = lines.map((line) => CLOSING.test(line)).lastIndexOf(true)
  if (index < 0) return undefined
  const [, passed, failed, skipped = 0] = CLOSING.exec(lines[index] ?? '') ?? []
  lines.splice(index, 1)
  return { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) }
}

/**
 * @param {string} file
 * @returns {Counts | undefined} undefined if vitest has written none, or crashed while it did
 */
function readVitestReport(file) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(root + file, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests }
  } catch {
    return undefined
  }
}

/** Repeats what failed, adds everything up, and keeps the times. */
function report() {
  writeFileSync(TIMES, JSON.stringify(known, null, 2))
  for (const [name, { ok, lines }] of outcomes) if (!ok) console.log(`\n${name} failed:\n${indented(excerpt(lines))}`)
  const { passed, failed, skipped } = sum
  console.log(`\nAll steps took ${spoken((performance.now() - started) / 1_000)}`)
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  process.exitCode = failed > 0 ? 1 : 0
}

/**
 * The output of a failed step; if it is long, only its failures and its end.
 *
 * @param {string[]} lines
 */
function excerpt(lines) {
  if (lines.length <= MOST_LINES) return lines
  const failures = lines.filter((line, index) => FAILURE.test(line) || FAILURE.test(lines[index - 1] ?? ''))
  return [...failures.slice(0, MOST_LINES), '…', ...lines.slice(-MOST_LINES / 2)]
}

/**
 * How long the rest will take, judged by what the last run took, or this one so far.
 *
 * @returns {string | undefined}
 */
function timeLeft() {
  const now = performance.now()
  const rest = jobs
    .filter(({ name }) => !outcomes.has(name))
    .map((job) => {
      const spent = (now - (running.get(job.name) ?? now)) / 1_000
      return Math.max(0, (known[keyOf(job)] ?? job.seconds) - spent)
    })
  const all = rest.reduce((seconds, each) => seconds + each, 0)
  const left = Math.max(all / LANES, ...rest)
  return left >= 1 ? `about ${spoken(left)} left` : undefined
}

/** @param {Job} job */
function keyOf({ name }) {
  return isFull ? `${name}, full run` : name
}

/** @returns {Record<string, number>} */
function readTimes() {
  try {
    return JSON.parse(readFileSync(TIMES, 'utf8'))
  } catch {
    return {}
  }
}

/** @param {number} seconds */
function spoken(seconds) {
  const whole = Math.round(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** @param {string[]} lines */
function indented(lines) {
  return lines.map((line) => `    ${line}`).join('\n')
}
