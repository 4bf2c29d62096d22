/** Reading a body under `idleTimeout`: what counts as silence. Time is the subject here. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { readBody } from '../../src/connection/body.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const LIMIT = 1_000

/** A body of two chunks, which ends or stays open. */
function readerOf(ends: boolean): ReadableStreamDefaultReader<unknown> {
  const body = new ReadableStream({
    start(controller) {
      for (const byte of [1, 2]) controller.enqueue(new Uint8Array([byte]))
      if (ends) controller.close()
    },
  })
  return body.getReader()
}

it('is none while the consumer holds the next chunk back', async () => {
  const consume = vi.fn(() => new Promise<void>((resolve) => setTimeout(resolve, 10 * LIMIT)))
  const outcome = readBody(readerOf(true), new AbortController(), LIMIT, { consume })
  await vi.advanceTimersByTimeAsync(30 * LIMIT)
  expect(await outcome).toMatchObject({ reason: 'ended' })
  expect(consume).toHaveBeenCalledTimes(2)
})

it('begins anew after each chunk', async () => {
  const request = new AbortController()
  const consume = vi.fn(() => new Promise<void>((resolve) => setTimeout(resolve, LIMIT / 2)))
  const outcome = readBody(readerOf(false), request, LIMIT, { consume })
  await vi.advanceTimersByTimeAsync(2 * LIMIT - 1)
  expect(request.signal.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(2)
  expect(await outcome).toMatchObject({ reason: 'timeout', what: 'has been silent for 1000 ms' })
  expect(request.signal.aborted).toBe(true)
})
