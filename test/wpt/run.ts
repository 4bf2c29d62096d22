/**
 * Runs a checkout of web-platform-tests on ours, the native `EventSource` of each runtime and other packages:
 * `npm run wpt -- --root <checkout> [--only firefox] [--filter format-] [--ours] [--repeat 10] [--update]`. Only failures of ours fail the
 * run. A complete run without failures writes docs/wpt.md. `--manifest` replaces manifest.json.
 */

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { path } from '../conformance/bundle.ts'
import { Tally } from '../tally.ts'
import { IMPLEMENTATIONS, type Implementation } from './implementations.ts'
import { flakyOf, judge, resultOf, scoreOf, type FileResult } from './judge.ts'
import { commitOf, compare, hashesOf, problemOf, readManifest, writeManifest } from './manifest.ts'
import { runsIn } from './out-of-reach.ts'
import { PLACES, type Place } from './places.ts'
import { writeReport, type Run } from './report.ts'
import { WptServer } from './server.ts'
import { findTests, GROUPS, type Group, type TestFile } from './suite.ts'

/** Tests that a busy machine can fail. Those that fail run again without the others. */
const MEASURES_TIME = /format-field-retry(-bogus)?\.any\.js|bfcache/
const RETRIES = 2

const values = readOptions()
const isWhole = !values.ours && values.only === undefined && values.filter === ''
const root = resolve(values.root ?? '')
const problem = problemOf(values.root)
if (problem !== undefined) fail(problem)

const tally = new Tally()
const manifest = readManifest(values.manifest)
const files = hashesOf(root)
const commit = await commitOf(root)
const tests = findTests(root).filter(({ path }) => path.match(values.filter))
if (tests.length === 0) fail(`No test of ${root} matches --filter ${values.filter}`)
const server = new WptServer(root)
const runs: Run[] = []
let hasFailed = false
console.log(`web-platform-tests ${commit ?? `without a commit, compared with the manifest of ${manifest.date}`}`)
const isComplete = values.update || checkFiles()
for (const place of PLACES.filter(({ name }) => values.only === undefined || values.only === name)) await runIn(place)
server.close()
if (values.update) update()
if (isWhole && isComplete && !hasFailed && PLACES.every((place) => place.missing() === undefined)) {
  const order = ({ implementation }: Run): number =>
    IMPLEMENTATIONS.findIndex(({ name }) => name === implementation.name)
  runs.sort((one, other) => order(one) - order(other))
  const source = commit === undefined ? `the files of ${manifest.date}` : `commit \`${commit}\``
  await writeReport(runs, `${source} in [manifest.json](../test/wpt/manifest.json)`)
}
tally.end()

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        root: { type: 'string' },
        only: { type: 'string' },
        filter: { type: 'string', default: '' },
        ours: { type: 'boolean', default: false },
        repeat: { type: 'string', default: '1' },
        update: { type: 'boolean', default: false },
        manifest: { type: 'string', default: path('test/wpt/manifest.json') },
      },
    })
    const { only, filter, repeat } = values
    const names = PLACES.map(({ name }) => name)
    if (only !== undefined && !names.includes(only)) fail(`--only must be one of ${names.join(', ')}, got ${only}`)
    if (!/^[1-9]\d*$/.test(repeat)) fail(`--repeat must be a positive whole number, got ${repeat}`)
    new RegExp(filter)
    return values
  } catch (error) {
    return fail((error as Error).message)
  }
}

function fail(why: string): never {
  console.log(why)
  process.exit(1)
}

/** Reports tests that the manifest does not have, and files that the checkout lacks. Returns whether it has all. */
function checkFiles(): boolean {
  const { unknown, missing, changed } = compare(manifest, files)
  const suite = tally.suite('wpt, the manifest')
  const report = (name: string, paths: string[], advice: string): void => {
    if (paths.length === 0) suite.report({ name, outcome: 'passed' })
    else suite.report({ name, outcome: 'failed', reason: `${paths.join(', ')}: ${advice}` })
  }
  report('the manifest has every test of the checkout', unknown, 'run with --update once the runner supports them')
  report('the checkout has every file of the manifest', missing, 'run with --update if WPT has removed them')
  suite.end()
  if (changed.length > 0) console.log(`  Changed since the last update of the manifest: ${changed.join(', ')}`)
  return unknown.length === 0 && missing.length === 0
}

async function runIn(place: Place): Promise<void> {
  const absent = place.missing()
  if (absent !== undefined) {
    const suite = tally.suite(`wpt in ${place.name}`)
    suite.missing(absent)
    suite.end()
    return
  }
  const title = await place.title()
  for (const implementation of IMPLEMENTATIONS) {
    if (implementation.runsIn(place.name) && (implementation.isOurs || !values.ours)) {
      await runOn(implementation, place, title)
    }
  }
}

async function runOn(implementation: Implementation, place: Place, title: string): Promise<void> {
  const suite = tally.suite(`wpt in ${title}`)
  const repeats: FileResult[][] = []
  const count = implementation.isOurs ? Number(values.repeat) : 1
  while (repeats.length < count) {
    const files = await resultsIn(place, implementation)
    repeats.push(files)
    console.log(`  ${implementation.title} in ${title}: ${scoresOf(files)}`)
  }
  const [first = []] = repeats
  runs.push({ implementation, title, files: first })
  if (!implementation.isOurs) return
  const results = [...first.flatMap((file) => judge(file, place.name)), ...flakyOf(repeats)]
  for (const result of results) suite.report(result)
  hasFailed ||= results.some(({ outcome }) => outcome === 'failed')
  suite.end()
}

function scoresOf(files: FileResult[]): string {
  const scores = (Object.keys(GROUPS) as Group[]).flatMap((group) => {
    const score = scoreOf(files, group)
    return score ? [`${GROUPS[group]} ${score.passed}/${score.total}`] : []
  })
  return scores.join(', ')
}

async function resultsIn(place: Place, implementation: Implementation): Promise<FileResult[]> {
  const results = new Map<string, FileResult>()
  const run = (some: TestFile[]): Promise<void> =>
    place.run(server, some, implementation, (test, report) => {
      const result = resultOf(test, report, manifest.subtests[test.path] ?? 1, place.name)
      results.set(`${test.path} ${test.scope ?? ''}`, result)
    })
  const runnable = tests.filter(({ path }) => runsIn(path, place.name))
  await run(runnable)
  for (let retries = 0; retries < RETRIES; retries++) {
    const failed = [...results.values()].filter(({ subtests }) => subtests.some(({ hasPassed }) => !hasPassed))
    const late = runnable.filter(({ path }) => MEASURES_TIME.test(path) && failed.some((file) => file.path === path))
    if (late.length > 0) await run(late)
  }
  return [...results.values()].sort((one, other) => (one.path < other.path ? -1 : 1))
}

/** Writes the manifest. The largest number of subtests counts, because a file that fails early reports fewer. */
function update(): void {
  const subtests: Record<string, number> = {}
  for (const { path } of findTests(root)) subtests[path] = manifest.subtests[path] ?? 1
  for (const { path, reported } of runs.flatMap((run) => run.files)) {
    subtests[path] = Math.max(subtests[path] ?? 0, reported)
  }
  const date = new Date().toISOString().slice(0, 10)
  writeManifest(values.manifest, { ...(commit !== undefined && { commit }), date, files, subtests })
}
