/** Errors of the caller's that nobody can catch. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { reportError } from '../../../src/platform/globals.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('an error where nobody can catch it', () => {
  const error = new Error('of the caller')

  it('is reported as the runtime does it', () => {
    const report = vi.fn()
    vi.stubGlobal('reportError', report)
    reportError(error)
    expect(report).toHaveBeenCalledExactlyOnceWith(error)
  })

  it('is thrown in a microtask where the runtime has no way of its own, as Node', () => {
    vi.stubGlobal('reportError', undefined)
    let task: (() => void) | undefined
    vi.stubGlobal('queueMicrotask', (given: () => void) => {
      task = given
    })
    reportError(error)
    expect(task).toThrow(error)
  })
})
