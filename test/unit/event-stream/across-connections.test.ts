/** A loop over a stream that reconnects. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { type EventStream } from '../../../src/index.ts'
import { closingResponse, openResponse, response } from '../support/sources.ts'
import { outcome, request, settled, source } from '../support/streams.ts'
import { ended } from '../support/watch.ts'

afterEach(() => {
  vi.useRealTimers()
})

const over = () => new Response(null, { status: 204 })

/** Returns the next event's data, or undefined at the end. */
async function take(iterator: AsyncIterator<{ data: string }>): Promise<string | undefined> {
  const { value } = (await iterator.next()) as { value?: { data: string } }
  return value?.data
}

/** Returns the data of all events while skipping timer delays. */
async function quickly(stream: EventStream): Promise<Awaited<ReturnType<typeof outcome>>> {
  const result = outcome(stream)
  const state = { isOver: false }
  void result.finally(() => (state.isOver = true))
  while (!state.isOver) await vi.advanceTimersByTimeAsync(1_000)
  return result
}

describe('loop without the option reconnect', () => {
  it('reconnects with the option resume', async () => {
    vi.useFakeTimers()
    const { stream, requests } = request([ended, over], { resume: () => ({ headers: { 'X-Resumed': 'yes' } }) })
    expect(await quickly(stream)).toEqual({ data: ['1'] })
    expect(requests[1]?.headers).toMatchObject({ 'X-Resumed': 'yes' })
  })
})

describe('loop with reconnect: true', () => {
  it("throws the signal's reason if aborted during the delay", async () => {
    vi.useFakeTimers()
    const controller = new AbortController()
    const { stream } = request([ended], { reconnect: true, signal: controller.signal })
    const result = outcome(stream)
    await vi.advanceTimersByTimeAsync(10)
    controller.abort('enough')
    expect(vi.getTimerCount()).toBe(0)
    expect(await result).toEqual({ data: ['1'], error: 'enough' })
  })

  it('ends during the delay when return() is called while next() is pending', async () => {
    vi.useFakeTimers()
    const { stream } = request([ended], { reconnect: true })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    const next = iterator.next()
    await vi.advanceTimersByTimeAsync(10)
    await iterator.return()
    expect(vi.getTimerCount()).toBe(0)
    expect(await next).toStrictEqual({ done: true, value: undefined })
  })
})

describe('no request without demand from the loop', () => {
  it('the delay starts only when the loop asks for the next event', async () => {
    vi.useFakeTimers()
    const { stream, requests } = request([ended, over], { reconnect: { jitter: 0 } })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(vi.getTimerCount()).toBe(0)
    const next = iterator.next()
    await vi.advanceTimersByTimeAsync(2_999)
    expect(requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(requests).toHaveLength(2)
    expect(await next).toStrictEqual({ done: true, value: undefined })
  })

  it('shouldReconnect is not called after a break', async () => {
    const shouldReconnect = vi.fn(() => true)
    const { stream } = request([ended], { reconnect: { shouldReconnect } })
    for await (const event of stream) if (event.data === '1') break
    await settled()
    expect(shouldReconnect).not.toHaveBeenCalled()
  })

  it('no second request before the loop starts', async () => {
    vi.useFakeTimers()
    const { stream, requests } = request([() => closingResponse(), ended], { reconnect: true })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(requests).toHaveLength(1)
    stream.close()
  })
})

describe('last event ID of a reconnection', () => {
  it('may come from a block without data', async () => {
    vi.useFakeTimers()
    const requested = request([() => closingResponse('id: 1\ndata: 1\n\nid: 9\n\n'), over], { reconnect: true })
    await quickly(requested.stream)
    expect(requested.ids).toEqual([undefined, '9'])
    expect(requested.stream.lastEventId).toBe('9')
  })

  it('is kept by events of the next connection', async () => {
    vi.useFakeTimers()
    const { stream } = request([() => closingResponse('id: 1\ndata: 1\n\n'), ended, over], { reconnect: true })
    const taken: string[] = []
    const loop = (async () => {
      for await (const { lastEventId, id } of stream) taken.push(`${lastEventId} ${String(id)}`)
    })()
    await vi.advanceTimersByTimeAsync(10_000)
    await loop
    expect(taken).toEqual(['1 1', '1 undefined'])
  })
})

describe('shouldReconnect', () => {
  it('may close the stream', async () => {
    const requested = request([ended], {
      reconnect: {
        shouldReconnect: () => {
          requested.stream.close()
          return true
        },
      },
    })
    expect(await outcome(requested.stream)).toEqual({ data: ['1'] })
    await settled()
    expect(requested.requests).toHaveLength(1)
  })

  it('may stay pending without blocking return()', async () => {
    const { stream } = request([ended], { reconnect: { shouldReconnect: () => new Promise(() => undefined) } })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    const next = iterator.next()
    await settled()
    await iterator.return()
    expect(await next).toStrictEqual({ done: true, value: undefined })
  })
})

describe('events of a broken connection', () => {
  it('are consumed before the next connection', async () => {
    vi.useFakeTimers()
    const first = source('data: 1\n\ndata: 2\n\n:end\n')
    const order: string[] = []
    const { stream } = request(
      [
        () => response(first.stream),
        () => {
          order.push('request')
          return openResponse('data: 3\n\n')
        },
      ],
      { reconnect: true, onComment: (text) => order.push(text) },
    )
    await stream.response
    await settled()
    first.fail(new Error('reset'))
    const iterator = stream[Symbol.asyncIterator]()
    for (const expected of ['1', '2', '3']) {
      const next = take(iterator)
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await next).toBe(expected)
      order.push(expected)
    }
    expect(order).toEqual(['1', '2', 'end', 'request', '3'])
  })
})
