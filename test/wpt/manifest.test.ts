import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { path } from '../conformance/bundle.ts'
import { compare, FETCH, problemOf } from './manifest.ts'
import { reportOf } from './report.ts'

const [TEST, PROGRAM, NOTE] = ['eventsource/a.any.js', 'eventsource/resources/a.py', 'eventsource/META.yml'] as const
const PROPOSAL = 'eventsource/eventsource-from-readable-stream.any.js'

test.each([
  ['equal files', { [TEST]: '1' }, { [TEST]: '1' }, {}],
  ['a new test', {}, { [TEST]: '1' }, { unknown: [TEST] }],
  ['a new server program', {}, { [PROGRAM]: '1' }, { unknown: [PROGRAM] }],
  ['a new note', {}, { [NOTE]: '1' }, {}],
  ['a removed test', { [TEST]: '1' }, {}, { missing: [TEST] }],
  ['a removed script of the IDL tests', { 'interfaces/html.idl': '1' }, {}, { missing: ['interfaces/html.idl'] }],
  ['a removed note', { [NOTE]: '1' }, {}, {}],
  ['a proposed test that is not merged yet', { [PROPOSAL]: '1' }, {}, {}],
  ['a changed file', { [NOTE]: '1' }, { [NOTE]: '2' }, { changed: [NOTE] }],
])('compare: %s', (_, known, files, difference) => {
  const none = { unknown: [], missing: [], changed: [] }
  expect(compare({ files: known as Record<string, string> }, files)).toEqual({ ...none, ...difference })
})

test('without a checkout, the commands that fetch one are shown', () => {
  expect(problemOf(undefined)).toMatch(/^Option --root is missing\. .*\n {2}git clone .*\n {2}git -C wpt .*$/)
  expect(problemOf(path('test'))).toMatch(/has no eventsource\. .*\n {2}git clone/)
})

test('the workflow fetches the same folders', () => {
  const workflow = readFileSync(path('.github/workflows/wpt.yml'), 'utf8')
  expect(FETCH.filter((command) => !workflow.includes(`${command}\n`))).toEqual([])
})

test('docs/wpt.md is up to date except for the figures (npm run wpt writes it)', () => {
  const texts = (page: string): string[] => page.split('\n').filter((line) => /^(?:#|- `|- \*\*|git |npm )/.test(line))
  const page = readFileSync(path('docs/wpt.md'), 'utf8')
  expect(texts(page)).toEqual(texts(reportOf([], '')))
})
