/** Errors in callbacks, which nothing can catch. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { reportError } from '../../../src/platform/globals.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('error in a callback', () => {
  const error = new Error('of the caller')

  it('is reported with reportError', () => {
    const report = vi.fn()
    vi.stubGlobal('reportError', report)
    reportError(error)
    expect(report).toHaveBeenCalledExactlyOnceWith(error)
  })

  it('is thrown in a microtask if the runtime has no reportError, like Node', () => {
    vi.stubGlobal('reportError', undefined)
    let task: (() => void) | undefined
    vi.stubGlobal('queueMicrotask', (given: () => void) => {
      task = given
    })
    reportError(error)
    expect(task).toThrow(error)
  })
})
