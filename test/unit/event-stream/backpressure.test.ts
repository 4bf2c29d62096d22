/** Backpressure of the loop: how far reading runs ahead, the cost of an event, and when idleTimeout runs. */

import { createHook } from 'node:async_hooks'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { streamEvents } from '../../../src/index.ts'
import { response } from '../support/sources.ts'
import { closed, countingStream, outcome, rejection, request, settled, source, streamOf } from '../support/streams.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** Chunk n holds events n.0 to n.2. */
function threeEvents(n: number): string {
  return [0, 1, 2].map((event) => `data: ${n}.${event}\n\n`).join('')
}

describe.each([
  ['a stream', (body: ReadableStream<Uint8Array<ArrayBuffer>>) => body],
  ['a Response', (body: ReadableStream<Uint8Array<ArrayBuffer>>) => response(body)],
])('backpressure with %s', (_, give) => {
  it('reads one chunk before the loop starts', async () => {
    const body = countingStream(threeEvents)
    closed(streamEvents(give(body.stream) as Response))
    await settled()
    expect(body.pulls).toBe(1)
  })

  it('reads the next chunk when all events of the previous one have been consumed', async () => {
    const body = countingStream(threeEvents)
    const iterator = closed(streamEvents(give(body.stream) as Response))[Symbol.asyncIterator]()
    const pulls: number[] = []
    for (let event = 0; event < 7; event++) {
      await iterator.next()
      await settled()
      pulls.push(body.pulls)
    }
    expect(pulls).toEqual([1, 1, 2, 2, 2, 3, 3])
  })

  it('reads at most one chunk ahead of a slow loop', async () => {
    const body = countingStream(threeEvents)
    let taken = 0
    for await (const { data } of streamEvents(give(body.stream) as Response)) {
      await settled()
      expect(body.pulls - Math.floor(taken / 3)).toBeLessThanOrEqual(2)
      expect(data).toBe(`${Math.floor(taken / 3)}.${taken % 3}`)
      if (++taken === 100) break
    }
    expect(body.pulls).toBeLessThanOrEqual(35)
  })

  it('reads nothing after break', async () => {
    const body = countingStream(threeEvents)
    for await (const { data } of streamEvents(give(body.stream) as Response)) if (data === '1.1') break
    const { pulls } = body
    await settled()
    expect(body.pulls).toBe(pulls)
  })
})

it('chunks without events are read while the loop waits', async () => {
  const body = countingStream((n) => (n < 1_000 ? `retry: ${n}\n: comment\n\n` : 'data: 1\n\n'))
  const stream = closed(streamEvents(body.stream))
  expect((await stream[Symbol.asyncIterator]().next()).value).toMatchObject({ data: '1' })
  expect(body.pulls).toBeGreaterThan(1_000)
})

it('comments waiting for a busy loop also cause backpressure', async () => {
  const body = countingStream((n) => (n === 0 ? 'data: 1\n\n' : ': comment\n'))
  let comments = 0
  const stream = closed(
    streamEvents(body.stream, {
      onComment: () => {
        comments++
      },
    }),
  )
  const iterator = stream[Symbol.asyncIterator]()
  await iterator.next()
  await settled()
  expect(body.pulls).toBeLessThanOrEqual(2)
  expect(comments).toBe(0)
  stream.close()
})

it('a waiting event costs only the promise of its next()', async () => {
  const COUNT = 1_000
  const text = Array.from({ length: COUNT }, (_, n) => `data: ${n}\n\n`).join('')
  const stream = streamEvents(streamOf(text))
  const iterator = stream[Symbol.asyncIterator]()
  // When its first event arrives, the chunk has been read.
  await iterator.next()
  const ours = await promisesOf(iterator, COUNT - 2)

  let made = 0
  const leanest: AsyncIterator<number> = {
    next: () => Promise.resolve({ done: false, value: made++ }),
  }
  expect(ours).toBe(await promisesOf(leanest, COUNT - 2))
  stream.close()
})

/** Counts the promises that a number of `next()` calls create. */
async function promisesOf(iterator: AsyncIterator<unknown>, calls: number): Promise<number> {
  let promises = 0
  const hook = createHook({
    init: (_, type) => {
      if (type === 'PROMISE') promises++
    },
  })
  hook.enable()
  for (let call = 0; call < calls; call++) await iterator.next()
  hook.disable()
  return promises
}

describe('idleTimeout', () => {
  // Not setImmediate: streams need it.
  const useFakeClock = (): void => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  }

  it('does not expire while the stream sends data but the loop is busy', async () => {
    useFakeClock()
    const { stream, push, end } = source('data: 1\n\n')
    const timer = setInterval(() => {
      push(': here\n')
    }, 10)
    const data: string[] = []
    for await (const event of streamEvents(stream, { idleTimeout: 100 })) {
      data.push(event.data)
      if (event.data === '1') {
        await vi.advanceTimersByTimeAsync(300)
        clearInterval(timer)
        push('data: 2\n\n')
        end()
      }
    }
    expect(data).toEqual(['1', '2'])
  })

  it('does not expire while comments wait for the loop', async () => {
    useFakeClock()
    const { stream, push, end } = source('data: 1\n\n')
    const comments: string[] = []
    const data: string[] = []
    for await (const event of streamEvents(stream, { idleTimeout: 40, onComment: (text) => comments.push(text) })) {
      data.push(event.data)
      if (event.data === '1') {
        push(':1\n')
        await vi.advanceTimersByTimeAsync(120)
        push(':2\ndata: 2\n\n')
        end()
      }
    }
    expect([data, comments]).toEqual([
      ['1', '2'],
      ['1', '2'],
    ])
  })

  it('starts when the loop asks for the next event', async () => {
    useFakeClock()
    const { stream, canceled } = source('data: 1\n\n')
    const events = streamEvents(stream, { idleTimeout: 20 })
    const iterator = events[Symbol.asyncIterator]()
    await iterator.next()
    await vi.advanceTimersByTimeAsync(100)
    expect(canceled).not.toHaveBeenCalled()
    const result = outcome(iterator)
    await vi.advanceTimersByTimeAsync(20)
    expect(await result).toMatchObject({ error: { reason: 'timeout' } })
    expect(canceled).toHaveBeenCalledOnce()
  })

  it('does not stop data after a silence from being read ahead', async () => {
    useFakeClock()
    const { stream, push, fail } = source('data: 1\n\n')
    const { stream: events } = request([() => response(stream)], { idleTimeout: 20 })
    const data: string[] = []
    const loop = async (): Promise<void> => {
      for await (const event of events) {
        data.push(event.data)
        if (event.data !== '1') continue
        await vi.advanceTimersByTimeAsync(60)
        push('data: 2\n\n')
        await vi.advanceTimersByTimeAsync(1)
        push('data: 3\n\n')
        await vi.advanceTimersByTimeAsync(1)
        fail(new Error('broken'))
      }
    }
    expect(await rejection(loop())).toMatchObject({ reason: 'network' })
    expect(data).toEqual(['1', '2', '3'])
  })

  it('does not expire while the loop blocks the thread', async () => {
    const { stream, push, end } = source('data: 1\n\n')
    const data: string[] = []
    for await (const event of streamEvents(stream, { idleTimeout: 30 })) {
      data.push(event.data)
      if (event.data === '1') {
        const until = performance.now() + 100
        while (performance.now() < until);
        push('data: 2\n\n')
        end()
      }
    }
    expect(data).toEqual(['1', '2'])
  })
})
