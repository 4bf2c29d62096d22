/**
 * Runs programs written for the `eventsource` package with its versions 3 to 5 and with ours: `npm run test:compat`. They must
 * receive the same events and send the same requests. Differences are shown with both.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as eventsource5 from 'eventsource'
import * as everysource from '../../dist/index.js'
import { path } from '../conformance/bundle.ts'
import { Tally } from '../tally.ts'
import { DIFFERENCES } from './differences.ts'
import { DOCUMENTED } from './documented.ts'
import { COMMON_USAGE, WITH_WINDOW } from './common-usage.ts'
import { record, type Library, type Program, type Recording } from './scenario.ts'

type Recordings = Map<string, Recording | Error>

const require = createRequire(path('package.json'))
const tally = new Tally()
// Ours has more exports.
const ours = everysource as unknown as Library
const programs = [...DOCUMENTED, ...COMMON_USAGE]

async function recordAll(library: Library, chosen: Program[]): Promise<Recordings> {
  const recordings = chosen.map(async (program): Promise<[string, Recording | Error]> => {
    try {
      return [program.name, await record(program, library)]
    } catch (error) {
      return [program.name, error as Error]
    }
  })
  return new Map(await Promise.all(recordings))
}

function recordingOf(recordings: Recordings | undefined, name: string): Recording {
  const recording = recordings?.get(name)
  if (recording === undefined || recording instanceof Error) throw recording ?? new Error('the program has not run')
  return recording
}

const versions = [
  { major: 5, name: 'eventsource' },
  { major: 4, name: 'eventsource4' },
  { major: 3, name: 'eventsource3' },
]

// The programs mostly wait.
const [recorded, ...originals] = await Promise.all([recordAll(ours, programs), ...versions.map(recordVersion)])
// Not at the same time as the others: these measure time.
const [theirs, own] = await Promise.all([recordAll(eventsource5, DIFFERENCES), recordAll(ours, DIFFERENCES)])

async function recordVersion({ major, name }: (typeof versions)[number]): Promise<Recordings | undefined> {
  const documented = programs.filter(({ since = 3 }) => since <= major)
  try {
    return await recordAll((await import(name)) as Library, documented)
  } catch {
    return undefined
  }
}

for (const [i, { major, name }] of versions.entries()) {
  const suite = tally.suite(`compat with eventsource ${major}`)
  const original = originals[i]
  if (!original) suite.missing(`${name} is not installed`)
  for (const program of original?.keys() ?? []) {
    await suite.run(program, () => {
      const [expected, actual] = [recordingOf(original, program), recordingOf(recorded, program)]
      assert.ok(expected.logged.length + expected.requests.length > 0, 'nothing happened')
      assert.deepEqual(actual, expected)
    })
  }
  suite.end()
}

const suite = tally.suite('compat, differences')
for (const difference of DIFFERENCES) {
  await suite.run(difference.name, () => {
    assert.deepEqual(difference.shows(recordingOf(theirs, difference.name)), difference.theirs, 'theirs')
    assert.deepEqual(difference.shows(recordingOf(own, difference.name)), difference.ours, 'ours')
  })
}
suite.end()

const imports = tally.suite('compat, imports')
await imports.run('named imports have the same names, without a default', () => {
  for (const name of Object.keys(eventsource5)) assert.ok(name in everysource, name)
  assert.ok(!('default' in everysource))
})
await imports.run('require has the same names', () => {
  const { EventSource, ErrorEvent } = require('everysource') as Library
  assert.equal(typeof EventSource, 'function')
  assert.equal(typeof ErrorEvent, 'function')
})
await imports.run('the feature symbol is present and not enumerable', () => {
  const symbol = Symbol.for('eventsource.supports-fetch-override')
  for (const { EventSource } of [eventsource5, everysource]) {
    const property = Object.getOwnPropertyDescriptor(EventSource, symbol)
    assert.deepEqual([symbol in EventSource, property?.value, property?.enumerable], [true, true, false])
  }
})
await imports.run('all types have the same names', () => {
  const declared = ['EventSource', 'types', 'errors'].flatMap((file) => {
    const text = readFileSync(path(`node_modules/eventsource/dist/${file}.d.ts`), 'utf8')
    return Array.from(text.matchAll(/^export (?:declare )?(?:type|interface|class|const) (\w+)/gm), ([, name]) => name)
  })
  const exported = readFileSync(path('dist/index.d.ts'), 'utf8').matchAll(/^export (?:type )?\{([^}]*)\}/gm)
  const names = Array.from(exported, ([, list = '']) =>
    list.split(',').map((name) => name.replace(/^.* as /, '').trim()),
  ).flat()
  assert.ok(declared.length > 10)
  assert.deepEqual(
    declared.filter((name = '') => !names.includes(name)),
    [],
  )
})
imports.end()

const windows = tally.suite('compat, with a window')
Object.assign(globalThis, { window: globalThis })
const [theirsInWindow, oursInWindow] = [await recordAll(eventsource5, WITH_WINDOW), await recordAll(ours, WITH_WINDOW)]
for (const { name } of WITH_WINDOW) {
  await windows.run(name, () => {
    assert.deepEqual(recordingOf(oursInWindow, name), recordingOf(theirsInWindow, name))
  })
}
windows.end()
tally.end()
process.exit()
