/** Connection: the details that it passes to the caller's functions, and how it reads a body. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { acquireReader } from '../../../src/connection/response.ts'
import { type Attempt, EventSource, type ReconnectPolicy } from '../../../src/index.ts'
import { connect, type Observed, opened } from '../support/connections.ts'
import { closingResponse, nextOpen, until } from '../support/sources.ts'
import { bytes, settled, source, streamOf } from '../support/streams.ts'
import { type Answer, down, good, watch, type Watched } from '../support/watch.ts'

describe('functions in the options', () => {
  it('receive the attempt number, the last event ID and the previous failure', async () => {
    const attempts: Attempt[] = []
    const { source, errors } = watch([down, () => closingResponse('id: 7\ndata: 1\n\n'), down, good], {
      headers: (attempt) => {
        attempts.push(attempt)
        return {}
      },
      reconnectionTime: 0,
      reconnect: { jitter: 0, factor: 1 },
    })
    await nextOpen(source)
    await nextOpen(source)
    expect(attempts.map(({ attempt, lastEventId }) => [attempt, lastEventId])).toEqual([
      [1, ''],
      [2, ''],
      [1, '7'],
      [2, '7'],
    ])
    expect(attempts.map(({ failure }) => failure)).toEqual([undefined, ...errors.map(({ error }) => error)])
    expect(attempts[1]?.failure).toBe(errors[0]?.error)
  })
})

function withPolicy(answers: Answer[], reconnect: ReconnectPolicy): Watched {
  return watch(answers, { reconnectionTime: 0, reconnect: { jitter: 0, factor: 1, ...reconnect } })
}

describe('shouldReconnect', () => {
  it('may close the source, and then no event fires', async () => {
    const called = vi.fn()
    const { source, errors }: Watched = withPolicy([down], {
      shouldReconnect: () => {
        called()
        source.close()
        return true
      },
    })
    await until(() => called.mock.calls.length > 0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(errors).toEqual([])
    expect(source.readyState).toBe(EventSource.CLOSED)
  })

  it('is not called after close()', async () => {
    const shouldReconnect = vi.fn(() => true)
    const { source } = withPolicy([good], { shouldReconnect })
    await nextOpen(source)
    source.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(shouldReconnect).not.toHaveBeenCalled()
  })
})

describe('idleTimeout', () => {
  const LIMIT = 1_000
  const ONCE = { idleTimeout: LIMIT, reconnect: false }

  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('does not run while backpressure holds the next chunk', async () => {
    const hold = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10 * LIMIT))
    const { stream, end } = source('a', 'b')
    end()
    const { calls } = read(stream, ONCE, hold)
    await vi.advanceTimersByTimeAsync(30 * LIMIT)
    expect(calls).toEqual(['open', 'backpressure 1', 'backpressure 1', 'failed ended'])
  })

  it('restarts after each chunk', async () => {
    const hold = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LIMIT / 2))
    const { errors, requests } = read(source('a', 'b').stream, ONCE, hold)
    await vi.advanceTimersByTimeAsync(2 * LIMIT - 1)
    expect(requests[0]?.signal.aborted).toBe(false)
    expect(errors).toEqual([])
    await vi.advanceTimersByTimeAsync(2)
    expect(errors).toMatchObject([{ reason: 'timeout' }])
    expect(errors[0]?.message).toContain(' sent nothing for 1000 ms')
    expect(requests[0]?.signal.aborted).toBe(true)
  })
})

describe('large chunk', () => {
  const PART = 64 * 1024
  const DATA = Array.from({ length: 3 * PART - 8 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('')
  /** Three parts and one byte. */
  const CHUNK = bytes(`data: ${DATA}\n\n${'\n'}`)

  it('is decoded in parts of 64 KiB, each after backpressure has ended for the previous one', async () => {
    let release = (): void => undefined
    const hold = (): Promise<void> =>
      new Promise((resolve) => {
        release = resolve
      })
    const { calls } = read(streamOf(CHUNK, ':'), { reconnect: false }, hold)
    const expected = [
      'open',
      `backpressure ${PART}`,
      `backpressure ${PART}`,
      `message ${DATA}`,
      `backpressure ${PART}`,
      'backpressure 1',
      'backpressure 1',
      'failed ended',
    ]
    for (const count of [2, 3, 5, 6, 7, 8]) {
      await until(() => calls.length >= count)
      await settled()
      expect(calls).toEqual(expected.slice(0, count))
      release()
    }
  })

  it('is discarded midway when the connection closes', async () => {
    const { calls, requests } = read(streamOf(CHUNK, ':'), {}, ({ connection, calls }) => {
      if (calls.length === 3) connection.close()
    })
    await settled()
    expect(calls).toEqual(['open', `backpressure ${PART}`, `backpressure ${PART}`])
    expect(requests[0]?.signal.aborted).toBe(true)
  })

  it('is decoded as a whole if the caller passed the stream', async () => {
    const { calls } = read(streamOf(CHUNK, ':'), { reconnect: false }, () => undefined, true)
    await settled()
    const expected = ['open', `message ${DATA}`, `backpressure ${CHUNK.length}`, 'backpressure 1', 'failed ended']
    expect(calls).toEqual(expected)
  })
})

/** Connects to a response with this body. */
function read(
  body: ReadableStream,
  options: NonNullable<Parameters<typeof connect>[1]>,
  backpressure: (observed: Observed) => unknown,
  decodeWholeChunks?: true,
): Observed {
  const more = decodeWholeChunks && { decodeWholeChunks }
  const open = ({ signal }: AbortController) => Promise.resolve(opened(acquireReader(body, signal), more))
  return connect([open], options, { backpressure })
}
