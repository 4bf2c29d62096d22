/**
 * Compares `everysource/fetch-event-source` with `@microsoft/fetch-event-source`:
 * `npm run test:drop-in -- [--only node | chromium | visibility]`. The same programs must make the same calls, in the same
 * order, with the same arguments, and send the same requests. Fixes are shown with both.
 */

import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { path } from '../conformance/bundle.ts'
import { startTestServer } from '../server/server.ts'
import { Tally } from '../tally.ts'
import type { Package } from './entry.ts'
import { page } from './page.ts'
import { FIXES, SAME } from './programs.ts'
import type { Program, Setting, Recording } from './scenario.ts'
import { visibilityChecks } from './visibility.ts'
import { Window } from '../browser/window.ts'

type Recordings = Map<string, Recording>
/** Records all programs with a package. */
type Recorder = (name: Package) => Promise<Recording[]>

/** Each package has this many windows. */
const PAIRS_OF_WINDOWS = 2

/** How early a timer may fire, in ms. */
const TOLERANCE = 5

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values
const tally = new Tally()
const server = await startTestServer(await page())
const { origins } = server

const PLACES: Record<string, () => Promise<void>> = { node: inNode, chromium: inChromium, visibility: inWindows }

// They mostly wait.
const wanted = Object.entries(PLACES).filter(([name]) => only === undefined || only === name)
await Promise.all(wanted.map(([, run]) => run()))
await server.close()
tally.end()

async function recordedBy(recorder: Recorder, name: Package): Promise<Recordings> {
  return new Map((await recorder(name)).map((recording) => [recording.name, recording]))
}

async function compare(
  where: string,
  original: Recordings,
  recorder: Recorder,
  place: 'node' | 'chromium',
): Promise<void> {
  const suite = tally.suite(`drop-in ${where}`)
  const ours = await recordedBy(recorder, 'ours')
  for (const program of SAME) {
    await suite.run(program.name, () => {
      const [theirs, own] = [recordingOf(original, program), recordingOf(ours, program)]
      assert.deepEqual(comparable(own), comparable(theirs))
      assert.ok(own.calls.length > 0, 'nothing was called')
      for (const recording of [theirs, own]) checkWaits(program, recording)
    })
  }
  for (const { only = place, ...fix } of FIXES) {
    if (only !== place) continue
    await suite.run(`fixed: ${fix.name}`, () => {
      assert.deepEqual(fix.shows(recordingOf(original, fix)), fix.original, 'the original')
      assert.deepEqual(fix.shows(recordingOf(ours, fix)), fix.ours, 'ours')
    })
  }
  suite.end()
}

function recordingOf(recordings: Recordings, { name }: Program<never>): Recording {
  const recording = recordings.get(name)
  assert.ok(recording, 'the program has not run')
  return recording
}

function comparable({ calls, requests }: Recording): object {
  return { calls, requests }
}

function checkWaits({ waits = [] }: Program, { times }: Recording): void {
  if (waits.length > 0) assert.equal(times.length, waits.length + 1)
  for (const [i, wait] of waits.entries()) {
    const waited = (times[i + 1] ?? 0) - (times[i] ?? 0)
    assert.ok(waited >= wait - TOLERANCE, `it waited for ${waited} ms instead of ${wait}`)
  }
}

async function inNode(): Promise<void> {
  const recorder =
    (standIns: 'with' | 'without'): Recorder =>
    (name) =>
      new Promise((resolve, reject) => {
        const args = [name, standIns, JSON.stringify({ origins, silence: 1_000 } satisfies Setting)]
        const child = fork(path('test/drop-in/recorder.ts'), args, { execArgv: ['--no-warnings'] })
        child.once('message', (recordings) => {
          resolve(recordings as Recording[])
        })
        child.once('close', (code) => {
          reject(new Error(`it exited with ${code}`))
        })
      })
  const original = await recordedBy(recorder('with'), 'original')
  await compare('in node', original, recorder('with'), 'node')
  await compare('in node, without window and document', original, recorder('without'), 'node')
}

async function inChromium(): Promise<void> {
  if (isMissing('drop-in in chromium')) return
  const browser = await launchChromium()
  const recorder: Recorder = async (name) => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${origins[0] ?? ''}/drop-in.html`)
    // Chromium keeps a connection for up to five seconds if it is aborted right after data has arrived.
    const setting: Setting = { origins, silence: 7_000 }
    const recordings = await page.evaluate(`dropIn.recordAll('${name}', ${JSON.stringify(setting)})`)
    await context.close()
    return recordings as Recording[]
  }
  await compare('in chromium', await recordedBy(recorder, 'original'), recorder, 'chromium')
  await browser.close()
}

async function inWindows(): Promise<void> {
  const name = 'drop-in in chromium, hidden and shown'
  if (isMissing(name)) return
  const suite = tally.suite(name)
  // Start with the slowest, which are last in the list.
  const checks = visibilityChecks(origins).reverse().values()
  const work = async (): Promise<void> => {
    const [original, ours] = await Promise.all([Window.open(), Window.open()])
    // One after the other: a window shows one page at a time.
    for (const { name, run } of checks) await suite.run(name, () => run({ original, ours }))
    await Promise.all([original.close(), ours.close()])
  }
  await Promise.all(Array.from({ length: PAIRS_OF_WINDOWS }, work))
  suite.end()
}

function isMissing(name: string): boolean {
  if (findChromium() !== undefined) return false
  const suite = tally.suite(name)
  suite.missing('Chromium is missing')
  suite.end()
  return true
}
