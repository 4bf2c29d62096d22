import { describe, expect, test } from 'vitest'
import { flakyOf, judge, resultOf, scoreOf } from './judge.ts'
import { OUT_OF_REACH, runsIn } from './out-of-reach.ts'
import { IDL_SETUP, IDL_TEST, type TestFile } from './suite.ts'
import manifest from './manifest.json' with { type: 'json' }

const TRUSTED: TestFile = { path: 'eventsource/eventsource-onmessage-trusted.any.js', kind: 'any', group: 'core' }
const CROSS_ORIGIN: TestFile = {
  path: 'eventsource/eventsource-cross-origin.window.js',
  kind: 'window',
  group: 'window',
}
const PLAIN: TestFile = { path: 'eventsource/format-plain.any.js', kind: 'any', group: 'core' }
const CORS = "EventSource: cross-origin allow-origin:'' should fail"

/** A report with subtests of these statuses, named after their place. */
const reportOf = (...statuses: number[]) => ({
  subtests: statuses.map((status, place) => ({ name: `subtest ${place + 1}`, status, message: null })),
  message: null,
})

describe('resultOf', () => {
  test('counts subtests that are missing as failed, with the error of the file', () => {
    const report = { ...reportOf(0), message: 'an error of the file' }
    const { subtests, reported } = resultOf(PLAIN, report, 3, 'node24')
    expect(subtests.map(({ hasPassed }) => hasPassed)).toEqual([true, false, false])
    expect(subtests[2]).toEqual({ name: 'subtest 3 of 3', hasPassed: false, message: 'an error of the file' })
    expect(reported).toBe(1)
  })

  test('leaves out optional features that a runtime does not support', () => {
    expect(resultOf(PLAIN, reportOf(0, 4), 2, 'firefox').subtests).toHaveLength(1)
  })

  test('leaves out subtests that do not apply to a runtime', () => {
    const report = { subtests: [{ name: CORS, status: 1, message: '' }], message: null }
    expect(resultOf(CROSS_ORIGIN, report, 1, 'deno').subtests).toEqual([])
    expect(resultOf(CROSS_ORIGIN, report, 1, 'chromium').subtests).toHaveLength(1)
  })

  test('leaves out the setup of the IDL test unless it fails', () => {
    const idl: TestFile = { path: IDL_TEST, kind: 'any', group: 'idl' }
    const report = (status: number) => ({ subtests: [{ name: IDL_SETUP, status, message: '' }], message: null })
    expect(resultOf(idl, report(0), 0, 'bun').subtests).toEqual([])
    expect(resultOf(idl, report(1), 0, 'bun').subtests).toHaveLength(1)
  })

  test('replaces ports in names, because they differ between runs', () => {
    const report = { subtests: [{ name: 'http://a.test:41234/b', status: 0, message: null }], message: null }
    expect(resultOf(PLAIN, report, 1, 'bun').subtests[0]?.name).toBe('http://a.test:PORT/b')
  })
})

describe('judge', () => {
  test('an error outside of the subtests fails', () => {
    const report = { ...reportOf(0), message: 'an error of the file' }
    const [, result] = judge(resultOf(PLAIN, report, 1, 'node24'), 'node24')
    expect(result).toMatchObject({ outcome: 'failed', reason: 'an error of the file' })
  })

  test.each([
    ['a subtest that passes passes', PLAIN, 0, 'passed'],
    ['a subtest that fails fails', PLAIN, 1, 'failed'],
    ['a subtest that times out fails', PLAIN, 2, 'failed'],
    ['a listed failure is an exception', TRUSTED, 1, 'excepted'],
    ['a listed failure that passes fails', TRUSTED, 0, 'failed'],
  ])('%s', (_, file, status, outcome) => {
    const results = judge(resultOf(file, reportOf(status), 1, 'webkit'), 'webkit')
    expect(results.map((result) => result.outcome)).toEqual([outcome])
  })

  test('a listed subtest that the file no longer has fails', () => {
    const results = judge(resultOf(CROSS_ORIGIN, reportOf(0), 1, 'chromium'), 'chromium')
    expect(results.map(({ outcome }) => outcome)).toEqual(['passed', 'failed', 'failed', 'failed'])
  })
})

test('flakyOf names the subtests that pass in some of the runs only', () => {
  const run = (...statuses: number[]) => [resultOf(PLAIN, reportOf(...statuses), 1, 'node24')]
  const [flaky, ...others] = flakyOf([run(0, 1, 0), run(0, 1, 2), run(0, 1, 0)])
  expect(others).toEqual([])
  expect(flaky).toMatchObject({ outcome: 'failed', reason: 'passes in 2 of 3 runs' })
  expect(flaky?.name).toMatch(/subtest 3$/)
})

test('scoreOf counts the subtests of a group', () => {
  const files = [resultOf(PLAIN, reportOf(0, 1), 2, 'bun'), resultOf(TRUSTED, reportOf(0), 1, 'bun')]
  expect(scoreOf(files, 'core')).toEqual({ passed: 2, total: 3 })
  expect(scoreOf(files, 'idl')).toBeUndefined()
})

test('a file that does not run somewhere runs elsewhere', () => {
  const file = 'eventsource/eventsource-bfcache.window.js'
  expect(['node24', 'chromium'].map((runtime) => runsIn(file, runtime))).toEqual([false, true])
})

test('every entry of out-of-reach.ts is about a file of the manifest', () => {
  expect(OUT_OF_REACH.filter(({ file }) => !(`eventsource/${file}` in manifest.files))).toEqual([])
})
