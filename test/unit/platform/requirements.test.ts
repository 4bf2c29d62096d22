/** Errors for runtimes with missing globals. */

import { afterEach, expect, it, vi } from 'vitest'
import { assertSupported } from '../../../src/platform/requirements.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const load = (): void => {
  assertSupported('EventSource', ['AbortController', 'TextDecoder', 'URL'])
}

it('requirements pass in a complete runtime', () => {
  expect(load).not.toThrow()
})

it('the error names a polyfill to load', () => {
  vi.stubGlobal('TextDecoder', undefined)
  expect(load).toThrow(
    'EventSource requires a streaming TextDecoder, which this runtime lacks. Load a polyfill before everysource, such as @bacons/text-decoder',
  )
})

it('the error recommends another environment in a test environment with a page', () => {
  vi.stubGlobal('TextDecoder', undefined)
  vi.stubGlobal('document', {})
  expect(load).toThrow(
    'EventSource requires a streaming TextDecoder, which this runtime lacks. In Jest, use the environment "node" or "jest-fixed-jsdom"',
  )
})

it('the error names a polyfill in React Native even with a document', () => {
  vi.stubGlobal('TextDecoder', undefined)
  vi.stubGlobal('document', {})
  vi.stubGlobal('navigator', { product: 'ReactNative' })
  expect(load).toThrow('such as @bacons/text-decoder')
})
