/** The loop across connections. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConnectionError, type EventStream } from '../../../src/index.ts'
import { finished, lasting, response, until } from '../support/sources.ts'
import { all, outcome, rejection, request, rest, source } from '../support/streams.ts'
import { down, ended, refused } from '../support/watch.ts'

afterEach(() => {
  vi.useRealTimers()
})

const over = () => new Response(null, { status: 204 })

/** The next event's data; undefined at the end. */
async function take(iterator: AsyncIterator<{ data: string }>): Promise<string | undefined> {
  const { value } = (await iterator.next()) as { value?: { data: string } }
  return value?.data
}

/** The data of all events, on timers that do not take their time. */
async function quickly(stream: EventStream): Promise<Awaited<ReturnType<typeof outcome>>> {
  const result = outcome(stream)
  const state = { isOver: false }
  void result.finally(() => (state.isOver = true))
  while (!state.isOver) await vi.advanceTimersByTimeAsync(1_000)
  return result
}

describe('without the option reconnect', () => {
  it.each(['GET', 'POST'])('%s: the end of the body ends the loop', async (method) => {
    const { stream, requests } = request([ended], { method })
    expect(await all(stream)).toHaveLength(1)
    await rest()
    expect(requests).toHaveLength(1)
  })

  it.each([
    ['a refusal', refused(503, { 'Retry-After': '0' })],
    ['a network failure', down],
  ])('%s ends it with an error', async (_, answer) => {
    const { stream, requests } = request([answer])
    expect(await rejection(all(stream))).toBeInstanceOf(ConnectionError)
    expect(requests).toHaveLength(1)
  })

  it('resume turns it on', async () => {
    vi.useFakeTimers()
    const { stream, requests } = request([ended, over], { resume: () => ({ headers: { 'X-Resumed': 'yes' } }) })
    expect(await quickly(stream)).toEqual({ data: ['1'] })
    expect(requests[1]?.headers).toMatchObject({ 'X-Resumed': 'yes' })
  })
})

describe('with reconnect: true', () => {
  it('clean ends are reestablished too, and 204 ends the loop', async () => {
    vi.useFakeTimers()
    const { stream, requests } = request([ended, ended, over], { reconnect: true })
    expect(await quickly(stream)).toEqual({ data: ['1', '1'] })
    expect(requests).toHaveLength(3)
  })

  it('failures of the network are, before the first event and after', async () => {
    vi.useFakeTimers()
    const { stream } = request([down, ended, down, ended, over], { reconnect: true })
    expect(await quickly(stream)).toEqual({ data: ['1', '1'] })
  })

  it('a refusal ends the loop with an error', async () => {
    vi.useFakeTimers()
    const { stream, requests } = request([ended, refused(500)], { reconnect: true })
    expect(await quickly(stream)).toMatchObject({ data: ['1'], error: { reason: 'status', status: 500 } })
    expect(requests).toHaveLength(2)
  })

  it('response is the first good one', async () => {
    vi.useFakeTimers()
    const good = finished('data: 1\n\n')
    const { stream } = request([down, () => good, ended, over], { reconnect: true })
    await quickly(stream)
    expect(await stream.response).toBe(good)
  })

  it('the wait is the stream’s own retry', async () => {
    vi.useFakeTimers()
    const { stream, requests } = request([() => finished('retry: 5000\n\n'), over], {
      reconnect: { jitter: 0 },
    })
    const result = all(stream)
    await vi.advanceTimersByTimeAsync(4_999)
    expect(requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(requests).toHaveLength(2)
    expect(await result).toEqual([])
  })

  it('close() in the wait ends it: no timer, no request, the loop ends', async () => {
    vi.useFakeTimers()
    const { stream, requests } = request([ended], { reconnect: true })
    const result = outcome(stream)
    await vi.advanceTimersByTimeAsync(10)
    expect(vi.getTimerCount()).toBe(1)
    stream.close()
    expect(vi.getTimerCount()).toBe(0)
    expect(await result).toEqual({ data: ['1'] })
    expect(requests).toHaveLength(1)
  })

  it('the signal in the wait: the loop throws its reason', async () => {
    vi.useFakeTimers()
    const controller = new AbortController()
    const { stream } = request([ended], { reconnect: true, signal: controller.signal })
    const result = outcome(stream)
    await vi.advanceTimersByTimeAsync(10)
    controller.abort('enough')
    expect(vi.getTimerCount()).toBe(0)
    expect(await result).toEqual({ data: ['1'], error: 'enough' })
  })

  it('return() in the wait, while next() is pending, ends both', async () => {
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

describe('no request is made that the loop has not asked for', () => {
  it('break at the last event of a connection costs no second one', async () => {
    const { stream, requests } = request([() => finished('data: 1\n\ndata: [DONE]\n\n')], {
      reconnect: true,
      reconnectionTime: 0,
    })
    for await (const { data } of stream) {
      // The connection has long ended, and its wait would be over.
      await new Promise((resolve) => setTimeout(resolve, 150))
      if (data === '[DONE]') break
    }
    expect(requests).toHaveLength(1)
  })

  it('while the loop is at work on the last event there is no wait either: it begins when the loop asks', async () => {
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

  it('shouldReconnect is asked when the loop asks, not before', async () => {
    const shouldReconnect = vi.fn(() => false)
    const { stream } = request([() => finished('data: 1\n\ndata: 2\n\n')], { reconnect: { shouldReconnect } })
    const iterator = stream[Symbol.asyncIterator]()
    await rest()
    await iterator.next()
    await rest()
    await iterator.next()
    await rest()
    expect(shouldReconnect).not.toHaveBeenCalled()
    expect(await take(iterator)).toBeUndefined()
    expect(shouldReconnect).toHaveBeenCalledOnce()
  })

  it('shouldReconnect is not asked at all after a break', async () => {
    const shouldReconnect = vi.fn(() => true)
    const { stream } = request([ended], { reconnect: { shouldReconnect } })
    for await (const event of stream) if (event.data === '1') break
    await rest()
    expect(shouldReconnect).not.toHaveBeenCalled()
  })

  it('nor one before the loop begins, once there has been a response', async () => {
    vi.useFakeTimers()
    const { stream, requests } = request([() => finished(), ended], { reconnect: true })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(requests).toHaveLength(1)
    stream.close()
  })
})

describe('what a reconnection sends', () => {
  it('is the id of the last event that was taken', async () => {
    vi.useFakeTimers()
    const requested = request(
      [
        () => finished('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: unfinished'),
        () => finished('data: 3\n\n'),
        over,
      ],
      { reconnect: true },
    )
    expect(await quickly(requested.stream)).toEqual({ data: ['1', '2', '3'] })
    expect(requested.ids).toEqual([undefined, '2', '2'])
  })

  it('is that of a block without data after it', async () => {
    vi.useFakeTimers()
    const requested = request([() => finished('id: 1\ndata: 1\n\nid: 9\n\n'), over], { reconnect: true })
    await quickly(requested.stream)
    expect(requested.ids).toEqual([undefined, '9'])
    expect(requested.stream.lastEventId).toBe('9')
  })

  it('is nothing where the stream has reset it', async () => {
    vi.useFakeTimers()
    const requested = request([() => finished('id\ndata: 1\n\n'), over], { reconnect: true, lastEventId: '7' })
    await quickly(requested.stream)
    expect(requested.ids).toEqual(['7', undefined])
  })

  it('is what the caller started with while the stream names none', async () => {
    vi.useFakeTimers()
    const requested = request([ended, down, over], { reconnect: true, lastEventId: '7' })
    await quickly(requested.stream)
    expect(requested.ids).toEqual(['7', '7', '7'])
  })

  it('lets a server go on where it was: no loss and no doubling over drops at any place', async () => {
    vi.useFakeTimers()
    const text = Array.from({ length: 20 }, (_, n) => `id: ${n + 1}\ndata: ${n + 1}\n\n`)
    const cuts = [3.5, 7, 7.2, 7.9, 15.1, 20]
    const requested = request(
      [
        ...cuts.map((cut) => () => {
          const from = Number(requested.ids.at(-1) ?? 0)
          const whole = text.slice(from, Math.floor(cut)).join('')
          const rest = text[Math.floor(cut)] ?? ''
          return finished(whole + rest.slice(0, Math.floor(rest.length * (cut % 1))))
        }),
        over,
      ],
      { reconnect: true },
    )
    const { data } = await quickly(requested.stream)
    expect(data).toEqual(Array.from({ length: 20 }, (_, n) => String(n + 1)))
    expect(requested.ids).toEqual([undefined, '3', '7', '7', '7', '15', '20'])
  })

  it('the events of the next connection carry it on', async () => {
    vi.useFakeTimers()
    const { stream } = request([() => finished('id: 1\ndata: 1\n\n'), ended, over], { reconnect: true })
    const taken: string[] = []
    const loop = (async () => {
      for await (const { lastEventId, id } of stream) taken.push(`${lastEventId} ${String(id)}`)
    })()
    await vi.advanceTimersByTimeAsync(10_000)
    await loop
    expect(taken).toEqual(['1 1', '1 undefined'])
  })
})

describe('maxAttempts', () => {
  it('with clean ends: the last one ends the loop quietly', async () => {
    vi.useFakeTimers()
    const { stream, requests } = request([() => finished()], { reconnect: { maxAttempts: 3 } })
    expect(await quickly(stream)).toEqual({ data: [] })
    expect(requests).toHaveLength(3)
  })

  it('with failures: the loop throws the last one', async () => {
    vi.useFakeTimers()
    const { stream, requests } = request([ended, down], { reconnect: { maxAttempts: 3 } })
    const { data, error } = await quickly(stream)
    expect(data).toEqual(['1'])
    expect(error).toMatchObject({ reason: 'network', attempt: 3 })
    expect(requests).toHaveLength(4)
  })

  it('counts from the last message', async () => {
    vi.useFakeTimers()
    const { stream, requests } = request([() => finished(), ended, () => finished()], { reconnect: { maxAttempts: 2 } })
    expect(await quickly(stream)).toEqual({ data: ['1'] })
    expect(requests).toHaveLength(4)
  })
})

describe('shouldReconnect', () => {
  it('hears of a clean end as one, and decides', async () => {
    const reasons: string[] = []
    const { stream } = request([ended], {
      reconnect: {
        shouldReconnect: ({ reason }) => {
          reasons.push(reason)
          return false
        },
      },
    })
    expect(await outcome(stream)).toEqual({ data: ['1'] })
    expect(reasons).toEqual(['ended'])
  })

  it('may try a refusal again', async () => {
    vi.useFakeTimers()
    const { stream } = request([refused(503), ended, over], {
      reconnect: { shouldReconnect: ({ status }) => (status === 503 ? 0 : undefined) },
    })
    expect(await quickly(stream)).toEqual({ data: ['1'] })
  })

  it('that throws ends the loop with an error whose cause that is, also after a clean end', async () => {
    const { stream } = request([ended], {
      reconnect: {
        shouldReconnect: () => {
          throw new Error('mine')
        },
      },
    })
    const { data, error } = await outcome(stream)
    expect(data).toEqual(['1'])
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ cause: { message: 'mine' } })
  })

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
    await rest()
    expect(requested.requests).toHaveLength(1)
  })

  it('that never answers is no obstacle to return()', async () => {
    const { stream } = request([ended], { reconnect: { shouldReconnect: () => new Promise(() => undefined) } })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    const next = iterator.next()
    await rest()
    await iterator.return()
    expect(await next).toStrictEqual({ done: true, value: undefined })
  })
})

describe('what a broken connection had brought', () => {
  it('is taken before the next connection is made', async () => {
    vi.useFakeTimers()
    const first = source('data: 1\n\ndata: 2\n\n:end\n')
    const order: string[] = []
    const { stream } = request(
      [
        () => response(first.stream),
        () => {
          order.push('request')
          return lasting('data: 3\n\n')
        },
      ],
      { reconnect: true, onComment: (text) => order.push(text) },
    )
    await stream.response
    await rest()
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

it('real time: three drops, one loop', async () => {
  const { stream, requests } = request([ended, ended, ended, over], { reconnect: true, reconnectionTime: 0 })
  expect(await outcome(stream)).toEqual({ data: ['1', '1', '1'] })
  await until(() => requests.length === 4)
})
