/** Reading a body: large chunks, and what counts as silence under `idleTimeout`. Time is the subject there. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readBody } from '../../../src/connection/body.ts'
import type { BodyReader } from '../../../src/connection/exchange.ts'

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

describe('silence', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

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
})

describe('a large chunk', () => {
  const PART = 64 * 1024
  /** Three parts and a bit. */
  const CHUNK = Uint8Array.from({ length: 3 * PART + 1 }, (_, index) => index % 251)

  /** A body of that chunk and another byte, read into parts that the consumer may hold. */
  function read(consume: (part: Uint8Array) => Promise<void> | undefined, request = new AbortController()) {
    const reader: BodyReader = new ReadableStream({
      start(controller) {
        for (const chunk of [CHUNK, new Uint8Array([1])]) controller.enqueue(chunk)
        controller.close()
      },
    }).getReader()
    return { reader, request, outcome: () => readBody(reader, request, 0, { consume }) }
  }

  it('is taken in parts of 64 KiB, each when the consumer lets go of the one before', async () => {
    const parts: Uint8Array[] = []
    let letGo = (): void => undefined
    const { outcome } = read((part) => {
      parts.push(part)
      return new Promise((resolve) => {
        letGo = resolve
      })
    })
    const ended = outcome()
    for (let count = 1; count <= 5; count++) {
      await vi.waitUntil(() => parts.length === count)
      await new Promise((resolve) => setImmediate(resolve))
      expect(parts).toHaveLength(count)
      letGo()
    }
    expect(await ended).toMatchObject({ reason: 'ended' })
    expect(parts.map(({ length }) => length)).toEqual([PART, PART, PART, 1, 1])
    expect(Buffer.concat(parts.slice(0, 4)).equals(CHUNK)).toBe(true)
  })

  it('is dropped in the middle when the request is given up', async () => {
    const consume = vi.fn(() => {
      if (consume.mock.calls.length === 2) request.abort()
      return undefined
    })
    const { request, outcome } = read(consume)
    expect(await outcome()).toMatchObject({ reason: 'ended' })
    expect(consume).toHaveBeenCalledTimes(2)
  })

  it('is taken whole where the reader says so', async () => {
    const lengths: number[] = []
    const { reader, outcome } = read(({ length }) => {
      lengths.push(length)
      return undefined
    })
    Object.assign(reader, { keepsChunks: true })
    await outcome()
    expect(lengths).toEqual([CHUNK.length, 1])
  })
})
