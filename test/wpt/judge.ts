/** Compares the results of a run with the expectations. */

import type { Result } from '../conformance/suite.ts'
import { entriesFor, FAULTY, type OutOfReach } from './out-of-reach.ts'
import type { Report } from './server.ts'
import { IDL_SETUP, type Group, type TestFile, type Variant } from './suite.ts'

/** The statuses of `testharness.js` that matter here. */
const PASS = 0
const UNSUPPORTED_OPTION = 4

interface Subtest {
  name: string
  hasPassed: boolean
  message: string
}

/** The results of a test file, without those that do not apply. */
export interface FileResult {
  path: string
  group: Group
  scope: Variant['scope'] | undefined
  subtests: Subtest[]
  /** How many subtests the file has reported in all. */
  reported: number
  /** An error outside of the subtests, if all have reported. */
  error: string | undefined
}

/** Ports differ between runs. */
const withoutPort = (text: string): string => text.replace(/:\d{4,5}\b/g, ':PORT')

/** @param expected how many subtests the file must report; those that it does not count as failed */
export function resultOf(
  { path, group, scope }: TestFile & Pick<Variant, 'scope'>,
  report: Report,
  expected: number,
  runtime: string,
): FileResult {
  const reported = report.subtests.filter(({ name, status }) => name !== IDL_SETUP || status !== PASS)
  const inapplicable = entriesFor(path, runtime).filter(({ kind }) => kind === 'does not apply')
  const subtests = reported
    .map(({ name, ...rest }) => ({ name: withoutPort(name), ...rest }))
    .filter(({ name, status }) => status !== UNSUPPORTED_OPTION && !inapplicable.some((entry) => includes(entry, name)))
    .map(({ name, status, message }) => ({ name, hasPassed: status === PASS, message: message ?? `status ${status}` }))
  for (let missing = reported.length + 1; missing <= expected; missing++) {
    const message = report.message ?? 'the file has reported fewer subtests than before'
    subtests.push({ name: `subtest ${missing} of ${expected}`, hasPassed: false, message })
  }
  // Otherwise, the missing subtests tell it.
  const error = reported.length < expected ? undefined : (report.message ?? undefined)
  return { path, group, scope, subtests, reported: reported.length, error }
}

/** Compares our results with the list: a listed failure is an exception, and fails if it passes or is missing. */
export function judge(file: FileResult, runtime: string): Result[] {
  const listed = entriesFor(file.path, runtime).filter(({ kind }) => kind === 'fails')
  const prefix = `${file.path}${file.scope === undefined ? '' : ` in a ${file.scope}`}: `
  const results = file.subtests.map(({ name, hasPassed, message }): Result => {
    const isListed = listed.some((entry) => includes(entry, name))
    const result = { name: prefix + name }
    if (hasPassed && isListed) return { ...result, outcome: 'failed', reason: 'passes, but out-of-reach.ts lists it' }
    if (hasPassed) return { ...result, outcome: 'passed' }
    return { ...result, outcome: isListed ? 'excepted' : 'failed', reason: message }
  })
  const names = file.subtests.map(({ name }) => name)
  const gone = listed.flatMap(({ subtests = [] }) => subtests).filter((name) => !names.includes(name))
  const reason = 'is listed in out-of-reach.ts, but the file has no such subtest'
  if (file.error !== undefined && !(file.path in FAULTY)) {
    results.push({ name: `${prefix}no error outside of the subtests`, outcome: 'failed', reason: file.error })
  }
  return [...results, ...gone.map((name): Result => ({ name: prefix + name, outcome: 'failed', reason }))]
}

/** The subtests that pass in some of the runs only. */
export function flakyOf(runs: FileResult[][]): Result[] {
  const passes = new Map<string, number>()
  for (const { path, scope = '', subtests } of runs.flat()) {
    for (const { name, hasPassed } of subtests) {
      const key = `${path} ${scope}: ${name}`
      passes.set(key, (passes.get(key) ?? 0) + Number(hasPassed))
    }
  }
  return [...passes]
    .filter(([, count]) => count > 0 && count < runs.length)
    .map(([name, count]) => ({ name, outcome: 'failed', reason: `passes in ${count} of ${runs.length} runs` }))
}

/** How many subtests of a group have passed; undefined without any. */
export function scoreOf(files: FileResult[], group: Group): { passed: number; total: number } | undefined {
  const subtests = files.filter((file) => file.group === group).flatMap((file) => file.subtests)
  if (subtests.length === 0) return undefined
  return { passed: subtests.filter(({ hasPassed }) => hasPassed).length, total: subtests.length }
}

function includes({ subtests }: OutOfReach, name: string): boolean {
  return subtests === undefined || subtests.includes(name)
}
