/** The limit of listeners of a caller's signal; test/runtimes/processes.ts has the warnings of real processes. */

import { defaultMaxListeners, getMaxListeners, setMaxListeners } from 'node:events'
import { afterEach, expect, it, vi } from 'vitest'
import { raiseListenerLimit } from '../../../src/platform/listener-limit.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

it('is raised where it is that of all targets, as in Node 20', () => {
  const { signal } = new AbortController()
  setMaxListeners(defaultMaxListeners, signal)
  expect(raiseListenerLimit(signal)).toBe(signal)
  expect(getMaxListeners(signal)).toBe(1_500)
})

it.each([0, 5, 2_000])('stays %i if the caller has said so', (limit) => {
  const { signal } = new AbortController()
  setMaxListeners(limit, signal)
  raiseListenerLimit(signal)
  expect(getMaxListeners(signal)).toBe(limit)
})

it.each([
  ['missing', undefined],
  ['one without modules', {}],
  ['one whose modules are stubs', { getBuiltinModule: () => ({}) }],
  ['one that throws', { getBuiltinModule: () => { throw new Error('a stub') } }], // prettier-ignore
])('stays where `process` is %s', (_, process) => {
  const { signal } = new AbortController()
  const before = getMaxListeners(signal)
  vi.stubGlobal('process', process)
  expect(raiseListenerLimit(signal)).toBe(signal)
  vi.unstubAllGlobals()
  expect(getMaxListeners(signal)).toBe(before)
})
