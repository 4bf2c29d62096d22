/** `reconnect()`, in every state of a source. */

import { setImmediate as aTask } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Attempt, EventSource } from '../../../src/index.ts'
import { lasting, nextError, nextMessage, nextOpen, response, until } from '../support/sources.ts'
import { type Answer, down, ended, pending, refused, watch, type Watched } from '../support/watch.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** That the first request has been given up for the second, from which one message has come. */
async function expectFreshStart({ source, requests, events }: Watched, eventsBefore: string[]): Promise<void> {
  expect(source.readyState).toBe(source.CONNECTING)
  await nextMessage(source)
  expect(requests).toHaveLength(2)
  expect(requests.map(({ signal }) => signal.aborted)).toEqual([true, false])
  expect(events).toEqual([...eventsBefore, 'open', 'fresh'])
  expect(source.readyState).toBe(source.OPEN)
}

const FRESH = stream('data: fresh\n\n')

function stream(...chunks: string[]): Answer {
  return () => lasting(...chunks)
}

describe('reconnect() begins anew at once, without an error event', () => {
  it('while connecting', async () => {
    const watched = watch([pending, FRESH])
    watched.source.reconnect()
    expect(watched.requests).toHaveLength(2)
    await expectFreshStart(watched, [])
  })

  it('when open', async () => {
    const watched = watch([stream('data: 1\n\n'), FRESH])
    await nextMessage(watched.source)
    watched.source.reconnect()
    await expectFreshStart(watched, ['open', '1'])
  })

  it('in the middle of a large chunk, of which nothing more is read', async () => {
    const data = '1'.repeat(1_000)
    const { source, events } = watch([stream(`data: ${data}\n\n`.repeat(1_000)), FRESH])
    source.addEventListener('message', () => {
      if (events.length === 101) source.reconnect()
    })
    await until(() => events.includes('fresh'))
    expect(events).toEqual(['open', ...Array<string>(100).fill(data), 'open', 'fresh'])
  })

  it('in the listener of open', async () => {
    const watched = watch([stream('data: dropped\n\n'), FRESH])
    watched.source.addEventListener('open', watched.source.reconnect, { once: true })
    await nextOpen(watched.source)
    await expectFreshStart(watched, ['open'])
  })

  it('in the listener of a message: the rest of the chunk is dropped, with the messages that waited', async () => {
    const watched = watch([stream('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n', 'data: 3\n\n'), FRESH])
    watched.source.addEventListener('message', watched.source.reconnect, { once: true })
    await nextMessage(watched.source)
    await expectFreshStart(watched, ['open', '1'])
    expect(watched.requests[1]?.headers).toHaveProperty('Last-Event-ID', '1')
  })

  it('in onComment', async () => {
    const comments: string[] = []
    const watched: Watched = watch([stream(': one\n: two\ndata: dropped\n\n'), FRESH], {
      onComment: (text) => {
        comments.push(text)
        if (comments.length === 1) watched.source.reconnect()
      },
    })
    await nextOpen(watched.source)
    await nextOpen(watched.source)
    await expectMessage(watched.source)
    expect(comments).toEqual(['one'])
    expect(watched.events).toEqual(['open', 'open', 'fresh'])
  })

  it('in the listener of a temporary error: the wait does not begin', async () => {
    vi.useFakeTimers()
    const watched = watch([down, FRESH])
    watched.source.addEventListener('error', watched.source.reconnect, { once: true })
    const message = nextMessage(watched.source)
    await vi.advanceTimersByTimeAsync(10)
    await message
    expect(watched.events).toEqual(['error', 'open', 'fresh'])
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(watched.requests).toHaveLength(2)
  })

  it('in the wait, which ends', async () => {
    vi.useFakeTimers()
    const watched = watch([down, FRESH])
    const lost = nextError(watched.source)
    await vi.advanceTimersByTimeAsync(10)
    await lost
    expect(vi.getTimerCount()).toBe(1)
    watched.source.reconnect()
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1)
    const message = nextMessage(watched.source)
    await vi.advanceTimersByTimeAsync(10)
    await message
    expect(vi.getTimerCount()).toBe(0)
    expect(watched.events).toEqual(['error', 'open', 'fresh'])
  })

  it('while headers() is pending: what it returns is dropped', async () => {
    const returns: ((headers: Record<string, string>) => void)[] = []
    const headers = (): Promise<Record<string, string>> => new Promise((resolve) => returns.push(resolve))
    const watched = watch([FRESH], { headers })
    await until(() => returns.length === 1)
    watched.source.reconnect()
    await until(() => returns.length === 2)
    returns[0]?.({ 'X-Attempt': 'first' })
    await aTask()
    expect(watched.requests).toEqual([])
    returns[1]?.({ 'X-Attempt': 'second' })
    await expectMessage(watched.source)
    expect(watched.requests.map(({ headers }) => headers['X-Attempt'])).toEqual(['second'])
  })

  it('while shouldReconnect is pending: what it answers is dropped', async () => {
    const answers: ((answer: boolean) => void)[] = []
    const shouldReconnect = (): Promise<boolean> => new Promise((resolve) => answers.push(resolve))
    const watched = watch([down, FRESH], { reconnect: { shouldReconnect } })
    await until(() => answers.length === 1)
    watched.source.reconnect()
    await expectMessage(watched.source)
    answers[0]?.(false)
    await aTask()
    expect(watched.events).toEqual(['open', 'fresh'])
    expect(watched.source.readyState).toBe(watched.source.OPEN)
  })

  it('in shouldReconnect itself', async () => {
    const watched: Watched = watch([down, FRESH], {
      reconnect: {
        shouldReconnect: () => {
          watched.source.reconnect()
          return false
        },
      },
    })
    await expectMessage(watched.source)
    expect(watched.events).toEqual(['open', 'fresh'])
  })

  it('while a refused response is being read', async () => {
    const unavailable = response(new ReadableStream(), { status: 503 })
    const watched = watch([() => unavailable, FRESH])
    await until(() => unavailable.body?.locked === true)
    watched.source.reconnect()
    await expectFreshStart(watched, [])
  })

  it('twice in a row: the last one counts', async () => {
    const watched = watch([pending, pending, FRESH])
    watched.source.reconnect()
    watched.source.reconnect()
    await expectMessage(watched.source)
    expect(watched.requests.map(({ signal }) => signal.aborted)).toEqual([true, true, false])
    expect(watched.events).toEqual(['open', 'fresh'])
  })

  it('again and again, without the wait of 100 ms', () => {
    const { source, requests } = watch([pending])
    for (let i = 0; i < 50; i++) source.reconnect()
    expect(requests).toHaveLength(51)
  })

  it('with the id of the last message, and the reconnection time that the server set', async () => {
    const { source, requests } = watch([stream('retry: 7000\nid: 7\ndata: 1\n\n'), FRESH])
    await nextMessage(source)
    source.reconnect()
    expect(requests[1]?.headers).toHaveProperty('Last-Event-ID', '7')
    expect(source).toMatchObject({ lastEventId: '7', reconnectionTime: 7_000 })
  })

  it('where the policy would not reconnect: a request of any method is sent again', async () => {
    const watched = watch([stream('data: 1\n\n'), FRESH], { method: 'POST', body: 'text' })
    await nextMessage(watched.source)
    watched.source.reconnect()
    await expectFreshStart(watched, ['open', '1'])
    expect(watched.requests[1]).toMatchObject({ method: 'POST', body: 'text' })
  })

  it('and functions are told of no failure', async () => {
    const attempts: Attempt[] = []
    const headers = (attempt: Attempt): undefined => {
      attempts.push(attempt)
    }
    const { source } = watch([down, FRESH], { headers })
    await nextError(source)
    source.reconnect()
    await expectMessage(source)
    expect(attempts.map(({ failure }) => failure)).toEqual([undefined, undefined])
  })
})

describe('reconnect() does nothing', () => {
  it('after close()', async () => {
    const { source, requests, events } = watch([FRESH])
    source.close()
    source.reconnect()
    await aTask()
    expect(source.readyState).toBe(source.CLOSED)
    expect(requests).toHaveLength(1)
    expect(events).toEqual([])
  })

  it('after a failure, nor in the listener of its error', async () => {
    const { source, requests } = watch([refused(404)])
    source.addEventListener('error', () => {
      source.reconnect()
    })
    await nextError(source)
    source.reconnect()
    await aTask()
    expect(source.readyState).toBe(source.CLOSED)
    expect(requests).toHaveLength(1)
  })
})

describe('after reconnect()', () => {
  it('a late response of the first request is discarded', async () => {
    let answer: ((response: Response) => void) | undefined
    const late = lasting('data: late\n\n')
    const watched = watch([
      () =>
        new Promise((resolve) => {
          answer = resolve
        }),
      FRESH,
    ])
    watched.source.reconnect()
    answer?.(late)
    await expectMessage(watched.source)
    await until(() => late.bodyUsed)
    expect(watched.events).toEqual(['open', 'fresh'])
  })

  it('a stream that ends is lost as ever', async () => {
    const { source, events } = watch([pending, ended, FRESH], {
      reconnectionTime: 0,
    })
    source.reconnect()
    await until(() => events.includes('fresh'))
    expect(events).toEqual(['open', '1', 'error', 'open', 'fresh'])
  })
})

async function expectMessage(source: EventSource): Promise<void> {
  expect((await nextMessage(source)).data).toBe('fresh')
}
