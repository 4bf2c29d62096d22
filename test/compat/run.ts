/**
 * Programs written for the `eventsource` package, on its versions 3 to 5 and on ours: `npm run test:compat`. The same events are
 * heard, and the server sees the same requests. What differs is shown on both.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as eventsource5 from 'eventsource'
import * as everysource from '../../dist/index.js'
import { path } from '../conformance/bundle.ts'
import { Tally } from '../tally.ts'
import { DIFFERENT } from './different.ts'
import { DOCUMENTED } from './documented.ts'
import { PRACTISED, WITH_WINDOW } from './practised.ts'
import { tell, type Library, type Program, type Story } from './story.ts'

type Stories = Map<string, Story | Error>

const require = createRequire(path('package.json'))
const tally = new Tally()
// Ours has more.
const ours = everysource as unknown as Library
const programs = [...DOCUMENTED, ...PRACTISED]

async function tellAll(library: Library, chosen: Program[]): Promise<Stories> {
  const stories = chosen.map(async (program): Promise<[string, Story | Error]> => {
    try {
      return [program.name, await tell(program, library)]
    } catch (error) {
      return [program.name, error as Error]
    }
  })
  return new Map(await Promise.all(stories))
}

function storyOf(stories: Stories | undefined, name: string): Story {
  const story = stories?.get(name)
  if (story === undefined || story instanceof Error) throw story ?? new Error('it has not been told')
  return story
}

const versions = [
  { major: 5, name: 'eventsource' },
  { major: 4, name: 'eventsource4' },
  { major: 3, name: 'eventsource3' },
]

// What programs mostly do is wait.
const [told, ...originals] = await Promise.all([tellAll(ours, programs), ...versions.map(tellVersion)])
// Here it matters for how long.
const [theirs, own] = await Promise.all([tellAll(eventsource5, DIFFERENT), tellAll(ours, DIFFERENT)])

async function tellVersion({ major, name }: (typeof versions)[number]): Promise<Stories | undefined> {
  const documented = programs.filter(({ since = 3 }) => since <= major)
  try {
    return await tellAll((await import(name)) as Library, documented)
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
      const [expected, actual] = [storyOf(original, program), storyOf(told, program)]
      assert.ok(expected.heard.length + expected.requests.length > 0, 'nothing has happened')
      assert.deepEqual(actual, expected)
    })
  }
  suite.end()
}

const suite = tally.suite('compat, what differs')
for (const difference of DIFFERENT) {
  await suite.run(difference.name, () => {
    assert.deepEqual(difference.shows(storyOf(theirs, difference.name)), difference.theirs, 'theirs')
    assert.deepEqual(difference.shows(storyOf(own, difference.name)), difference.ours, 'ours')
  })
}
suite.end()

const imports = tally.suite('compat, imports')
await imports.run('named imports give the same names, and no default', () => {
  for (const name of Object.keys(eventsource5)) assert.ok(name in everysource, name)
  assert.ok(!('default' in everysource))
})
await imports.run('require gives the same names', () => {
  const { EventSource, ErrorEvent } = require('everysource') as Library
  assert.equal(typeof EventSource, 'function')
  assert.equal(typeof ErrorEvent, 'function')
})
await imports.run('the feature can be asked for, and shows in no loop', () => {
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
  const names = Array.from(exported, ([, list = '']) => list.split(',').map((name) => name.trim())).flat()
  assert.ok(declared.length > 10)
  assert.deepEqual(
    declared.filter((name = '') => !names.includes(name)),
    [],
  )
})
imports.end()

const windows = tally.suite('compat, where there is a window')
Object.assign(globalThis, { window: globalThis })
const [theirsThere, oursThere] = [await tellAll(eventsource5, WITH_WINDOW), await tellAll(ours, WITH_WINDOW)]
for (const { name } of WITH_WINDOW) {
  await windows.run(name, () => {
    assert.deepEqual(storyOf(oursThere, name), storyOf(theirsThere, name))
  })
}
windows.end()
tally.end()
process.exit()
