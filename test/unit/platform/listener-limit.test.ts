/** The listener limit of a caller's signal. test/runtimes/processes.ts checks the warnings of real processes. */

import { defaultMaxListeners, getMaxListeners, setMaxListeners } from 'node:events'
import { afterEach, expect, it, vi } from 'vitest'
import { raiseListenerLimit } from '../../../src/platform/listener-limit.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

it('listener limit is raised if the signal has the default of all targets, as in Node 20', () => {
  const { signal } = new AbortController()
  setMaxListeners(defaultMaxListeners, signal)
  expect(raiseListenerLimit(signal)).toBe(signal)
  expect(getMaxListeners(signal)).toBe(1_500)
})

it.each([0, 5, 2_000])('listener limit stays %i if the caller has set it', (limit) => {
  const { signal } = new AbortController()
  setMaxListeners(limit, signal)
  raiseListenerLimit(signal)
  expect(getMaxListeners(signal)).toBe(limit)
})

it.each([
  ['missing', undefined],
  ['without modules', {}],
  ['with stubbed modules', { getBuiltinModule: () => ({}) }],
  ['throwing', { getBuiltinModule: () => { throw new Error('a stub') } }], // prettier-ignore
])('listener limit is unchanged if `process` is %s', (_, process) => {
  const { signal } = new AbortController()
  const before = getMaxListeners(signal)
  vi.stubGlobal('process', process)
  expect(raiseListenerLimit(signal)).toBe(signal)
  vi.unstubAllGlobals()
  expect(getMaxListeners(signal)).toBe(before)
})
