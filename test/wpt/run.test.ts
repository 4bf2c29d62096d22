/** The whole runner, in Node, with a checkout of a few tests and a small test harness. */

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { path } from '../conformance/bundle.ts'
import { RUNTIMES } from '../runtimes/list.ts'
import type { Manifest } from './manifest.ts'

/** The part of `testharness.js` that the tests below use. */
const HARNESS = `
{
  const tests = []
  const callbacks = []
  let running = Promise.resolve()
  self.promise_test = (run, name) => {
    const add = (status, message) => tests.push({ name, status, message })
    running = running.then(run).then(() => add(0, null), (error) => add(1, String(error)))
  }
  self.add_completion_callback = (callback) => callbacks.push(callback)
  self.done = () => running.then(() => callbacks.forEach((callback) => callback(tests, { message: null })))
  self.timeout = () => {}
}`

/** A test that receives one event. */
const receives = (name: string, condition: string, setup = ''): string => `// META: title=A test
promise_test(() => new Promise((resolve, reject) => {
  ${setup}
  const source = new EventSource('resources/message.py?message=data%3A%20hi')
  source.onmessage = (event) => {
    source.close()
    if (${condition}) resolve()
    else reject(new Error('the condition does not hold'))
  }
}), '${name}')
`

const PLAIN = 'eventsource/format-plain.any.js'
const TRUSTED = 'eventsource/eventsource-onmessage-trusted.any.js'
const TRUSTED_NAME = 'EventSource message events are trusted'

/** Tests that meet the expectations. */
const TESTS = {
  [PLAIN]: receives('receives an event', 'event.data === "hi"'),
  [TRUSTED]: receives(TRUSTED_NAME, 'event.isTrusted'),
}

/** Runs a checkout with these files in Node, with a manifest of `TESTS`. */
async function run(
  tests: Record<string, string>,
  ...args: string[]
): Promise<{ output: string; code: unknown; manifest: Manifest }> {
  const root = makeFolder()
  for (const folder of ['eventsource', 'resources']) mkdirSync(join(root, folder))
  for (const [file, text] of Object.entries({ 'resources/testharness.js': HARNESS, ...tests })) {
    writeFileSync(join(root, file), text)
  }
  const manifest = join(root, 'manifest.json')
  writeFileSync(manifest, KNOWN)
  const all = ['--root', root, '--manifest', manifest, '--only', 'node24', '--ours', ...args]
  const { output, code } = await runner(all)
  return { output, code, manifest: JSON.parse(readFileSync(manifest, 'utf8')) as Manifest }
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'everysource-wpt-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  return folder
}

function runner(args: string[]): Promise<{ output: string; code: unknown }> {
  const [node = ''] = RUNTIMES.node24 ?? []
  return new Promise((resolve) => {
    execFile(node, ['--no-warnings', path('test/wpt/run.ts'), ...args], (error, stdout, stderr) => {
      resolve({ output: stdout + stderr, code: error?.code ?? 0 })
    })
  })
}

/** The manifest of `TESTS`, in which each has one subtest. */
const KNOWN = JSON.stringify({
  date: '',
  files: Object.fromEntries(Object.keys(TESTS).map((file) => [file, ''])),
  subtests: Object.fromEntries(Object.keys(TESTS).map((file) => [file, 1])),
})

test('a run passes if only listed subtests fail', async () => {
  const { output, code } = await run(TESTS)
  expect(output).toMatch(/everysource \S+ in Node \S+: Core 1\/2\n/)
  expect(output).toMatch(/wpt in Node \S+: 1 passed, 0 failed, 1 excepted/)
  expect(output).toMatch(/\n3 passed, 0 failed\n$/)
  expect(code).toBe(0)
})

test.each([
  [
    'a listed failure that passes',
    { ...TESTS, [TRUSTED]: receives(TRUSTED_NAME, 'true') },
    /out-of-reach\.ts lists it/,
  ],
  [
    'a failure that is not listed',
    { ...TESTS, [PLAIN]: receives('fails', 'false') },
    /fails\n {4}Error: the condition/,
  ],
  ['a subtest that is missing', { ...TESTS, [PLAIN]: '' }, /subtest 1 of 1\n {4}the file has reported fewer/],
  ['a test that throws', { ...TESTS, [PLAIN]: 'throw new Error("broken")' }, /subtest 1 of 1\n {4}Error: broken/],
  [
    'a test that the manifest does not know',
    { ...TESTS, 'eventsource/new.any.js': TESTS[PLAIN] },
    /eventsource\/new\.any\.js: run with --update/,
  ],
  ['a test that the checkout lacks', { [TRUSTED]: TESTS[TRUSTED] }, /format-plain\.any\.js: run with --update/],
])('%s fails the run', async (_, tests, reason) => {
  const { output, code } = await run(tests)
  expect(output).toMatch(reason)
  expect(output).toMatch(/, 1 failed\n$/)
  expect(code).toBe(1)
})

test('--repeat fails the run if a subtest passes only once', async () => {
  const marker = join(makeFolder(), 'marker')
  const setup = `const { existsSync, writeFileSync } = process.getBuiltinModule('node:fs')
  const isFirst = !existsSync('${marker}')
  writeFileSync('${marker}', '')`
  const tests = { ...TESTS, [PLAIN]: receives('passes once', 'isFirst', setup) }
  const { output, code } = await run(tests, '--repeat', '2')
  expect(output).toContain('passes in 1 of 2 runs')
  expect(code).toBe(1)
})

test('--update records the files and their subtests', async () => {
  const name = 'eventsource/new.any.js'
  const { code, manifest } = await run({ ...TESTS, [name]: TESTS[PLAIN] + TESTS[PLAIN] }, '--update')
  expect(code).toBe(0)
  expect(manifest.subtests).toEqual({ [name]: 2, [PLAIN]: 1, [TRUSTED]: 1 })
  expect(Object.keys(manifest.files)).toEqual([TRUSTED, PLAIN, name, 'resources/testharness.js'])
})

test.each([
  ['--only', 'nope', /^--only must be one of node24, .*webkit, got nope\n$/],
  ['--repeat', '0', /^--repeat must be a positive whole number, got 0\n$/],
  ['--filter', '(', /^Invalid regular expression: .*\n$/],
  ['--bogus', 'x', /^Unknown option '--bogus'/],
])('%s %s is an error that says what is wrong', async (...words) => {
  const [option, value, message] = words
  const { output, code } = await runner(['--root', '.', option, value])
  expect(output).toMatch(message)
  expect(code).toBe(1)
})

test('--filter without a match fails the run', async () => {
  const { output, code } = await run(TESTS, '--filter', 'nothing')
  expect(output).toMatch(/No test of .* matches --filter nothing\n$/)
  expect(code).toBe(1)
})

test('without --root it prints the commands that fetch a checkout', async () => {
  const { output, code } = await runner([])
  expect(output).toMatch(/^Option --root is missing\. .*\n {2}git clone/)
  expect(code).toBe(1)
})
