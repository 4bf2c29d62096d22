/** What a runtime is told that lacks something. */

import { afterEach, expect, it, vi } from 'vitest'
import { assertSupported } from '../../../src/platform/requirements.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const load = (): void => {
  assertSupported('EventSource', ['AbortController', 'TextDecoder', 'URL'])
}

it('nothing, if it has everything', () => {
  expect(load).not.toThrow()
})

it('is told which polyfill to load', () => {
  vi.stubGlobal('TextDecoder', undefined)
  expect(load).toThrow(
    'This runtime has no streaming TextDecoder, which EventSource needs. Load a polyfill before everysource, such as @bacons/text-decoder.',
  )
})

it('is told of other environments, if it is a test environment with a page', () => {
  vi.stubGlobal('TextDecoder', undefined)
  vi.stubGlobal('document', {})
  expect(load).toThrow(
    'This runtime has no streaming TextDecoder, which EventSource needs. In Jest, use the environment "node" or "jest-fixed-jsdom".',
  )
})

it('is told of polyfills in React Native, even with a document', () => {
  vi.stubGlobal('TextDecoder', undefined)
  vi.stubGlobal('document', {})
  vi.stubGlobal('navigator', { product: 'ReactNative' })
  expect(load).toThrow('such as @bacons/text-decoder')
})
