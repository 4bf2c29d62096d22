/**
 * `everysource/fetch-event-source` and `@microsoft/fetch-event-source` side by side:
 * `npm run test:drop-in -- [--only node | chromium | visibility]`. The same programs on both: the same calls in the same order
 * with the same arguments, the same requests. What is mended is shown on both.
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
import { MENDED, SAME } from './programs.ts'
import type { Program, Setting, Story } from './story.ts'
import { visibilityChecks } from './visibility.ts'
import { Window } from './window.ts'

type Stories = Map<string, Story>
/** Runs all programs on a package. */
type Teller = (name: Package) => Promise<Story[]>

/** How many windows each package has. */
const PAIRS_OF_WINDOWS = 2

/** A timer may be that much early. */
const TOLERANCE = 5

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values
const tally = new Tally()
const server = await startTestServer(await page())
const { origins } = server

const PLACES: Record<string, () => Promise<void>> = { node: inNode, chromium: inChromium, visibility: inWindows }

// What they mostly do is wait.
const wanted = Object.entries(PLACES).filter(([name]) => only === undefined || only === name)
await Promise.all(wanted.map(([, run]) => run()))
await server.close()
tally.end()

async function told(teller: Teller, name: Package): Promise<Stories> {
  return new Map((await teller(name)).map((story) => [story.name, story]))
}

async function compare(where: string, original: Stories, teller: Teller, place: 'node' | 'chromium'): Promise<void> {
  const suite = tally.suite(`drop-in ${where}`)
  const ours = await told(teller, 'ours')
  for (const program of SAME) {
    await suite.run(program.name, () => {
      const [theirs, own] = [storyOf(original, program), storyOf(ours, program)]
      assert.deepEqual(comparable(own), comparable(theirs))
      assert.ok(own.calls.length > 0, 'nothing was called')
      for (const story of [theirs, own]) checkWaits(program, story)
    })
  }
  for (const { only = place, ...point } of MENDED) {
    if (only !== place) continue
    await suite.run(`mended: ${point.name}`, () => {
      assert.deepEqual(point.shows(storyOf(original, point)), point.original, 'the original')
      assert.deepEqual(point.shows(storyOf(ours, point)), point.ours, 'ours')
    })
  }
  suite.end()
}

function storyOf(stories: Stories, { name }: Program<never>): Story {
  const story = stories.get(name)
  assert.ok(story, 'it has not been told')
  return story
}

function comparable({ calls, requests }: Story): object {
  return { calls, requests }
}

function checkWaits({ waits = [] }: Program, { times }: Story): void {
  if (waits.length > 0) assert.equal(times.length, waits.length + 1)
  for (const [i, wait] of waits.entries()) {
    const waited = (times[i + 1] ?? 0) - (times[i] ?? 0)
    assert.ok(waited >= wait - TOLERANCE, `it waited for ${waited} ms instead of ${wait}`)
  }
}

async function inNode(): Promise<void> {
  const teller =
    (standIns: 'with' | 'without'): Teller =>
    (name) =>
      new Promise((resolve, reject) => {
        const args = [name, standIns, JSON.stringify({ origins, silence: 1_000 } satisfies Setting)]
        const child = fork(path('test/drop-in/teller.ts'), args, { execArgv: ['--no-warnings'] })
        child.once('message', (stories) => {
          resolve(stories as Story[])
        })
        child.once('close', (code) => {
          reject(new Error(`it ended with ${code}`))
        })
      })
  const original = await told(teller('with'), 'original')
  await compare('in node', original, teller('with'), 'node')
  await compare('in node, without window and document', original, teller('without'), 'node')
}

async function inChromium(): Promise<void> {
  if (isMissing('drop-in in chromium')) return
  const browser = await launchChromium()
  const teller: Teller = async (name) => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${origins[0] ?? ''}/drop-in.html`)
    // It keeps a connection for up to five seconds that is aborted right after something has come.
    const setting: Setting = { origins, silence: 7_000 }
    const stories = await page.evaluate(`dropIn.tellAll('${name}', ${JSON.stringify(setting)})`)
    await context.close()
    return stories as Story[]
  }
  await compare('in chromium', await told(teller, 'original'), teller, 'chromium')
  await browser.close()
}

async function inWindows(): Promise<void> {
  const name = 'drop-in in chromium, hidden and shown'
  if (isMissing(name)) return
  const suite = tally.suite(name)
  // Those that take longest stand last.
  const checks = visibilityChecks(origins).reverse().values()
  const work = async (): Promise<void> => {
    const [original, ours] = await Promise.all([Window.open(), Window.open()])
    // One after the other: of a window's pages one is shown.
    for (const { name, run } of checks) await suite.run(name, () => run({ original, ours }))
    await Promise.all([original.close(), ours.close()])
  }
  await Promise.all(Array.from({ length: PAIRS_OF_WINDOWS }, work))
  suite.end()
}

function isMissing(name: string): boolean {
  if (findChromium() !== undefined) return false
  const suite = tally.suite(name)
  suite.missing('there is no Chromium')
  suite.end()
  return true
}
