/** Messages on the channels of `node:diagnostics_channel`. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ConnectionError, EventSourceInit } from '../../../src/index.ts'
import { EventSource, streamEvents } from '../../../src/index.ts'

const NAMES = ['connect', 'open', 'message', 'lost', 'wait', 'failed', 'close'] as const

type Name = (typeof NAMES)[number]

interface Published {
  name: Name
  source: object
  error?: ConnectionError
  [member: string]: unknown
}

const undo: (() => void)[] = []

afterEach(() => {
  vi.useRealTimers()
  for (const one of undo.splice(0)) one()
})

/** Subscribes to all channels. */
function subscribeAll(notify: (message: Published) => void): void {
  for (const name of NAMES) {
    const listener = (message: unknown): void => {
      notify({ ...(message as Published), name })
    }
    const channel = `everysource:${name}`
    subscribe(channel, listener)
    undo.push(() => unsubscribe(channel, listener))
  }
}

/** Resolves with all messages so far when one with this name arrives. */
function messagesUntil(last: Name): Promise<Published[]> {
  const all: Published[] = []
  return new Promise((resolve) => {
    subscribeAll((message) => {
      all.push(message)
      if (message.name === last) resolve(all)
    })
  })
}

function aborting(): { signal: AbortSignal; abort: (reason?: unknown) => void } {
  const controller = new AbortController()
  return {
    signal: controller.signal,
    abort: (reason) => {
      controller.abort(reason)
    },
  }
}

/** Responds with each of these in turn, then with 204. */
function answering(...bodies: string[]): NonNullable<EventSourceInit['fetch']> {
  return () => {
    const body = bodies.shift()
    const init = { status: body === undefined ? 204 : 200, headers: { 'Content-Type': 'text/event-stream' } }
    return Promise.resolve(new Response(body ?? null, init))
  }
}

describe('diagnostics channels', () => {
  it('report the lifecycle of a source', async () => {
    const messages = messagesUntil('close')
    const fetch = answering('retry: 0\nid: 1\ndata: a\n\nevent: news\ndata: b\n\n')
    const source = new EventSource('http://user:secret@a.test/?q=1', { fetch })
    const all = await messages
    expect(all.every((message) => message.source === source)).toBe(true)
    expect(all.map(({ name }) => name)).toEqual([
      ...['connect', 'open', 'message', 'message', 'lost', 'wait'],
      ...['connect', 'failed', 'close'],
    ])
    const [connect, open, first, second, lost, wait, again, failed] = all
    expect(connect).toMatchObject({ url: 'http://a.test/?q=1', attempt: 1, lastEventId: '' })
    expect(open?.response).toBeInstanceOf(Response)
    expect(first).toMatchObject({ type: 'message', data: 'a', lastEventId: '1' })
    expect(second).toMatchObject({ type: 'news', data: 'b', lastEventId: '1' })
    expect(lost?.error?.reason).toBe('ended')
    expect(lost?.delay).toBe(wait?.delay)
    expect(wait?.delay).toBeGreaterThanOrEqual(100)
    expect(again).toMatchObject({ lastEventId: '1', attempt: 1 })
    expect(failed).toMatchObject({ isEnd: true, error: { status: 204 } })
  })

  it('report when a loop is left', async () => {
    const messages = messagesUntil('close')
    const stream = streamEvents('http://a.test/', { fetch: answering('data: a\n\ndata: b\n\n') })
    for await (const { data } of stream) {
      expect(data).toBe('a')
      break
    }
    const all = await messages
    expect(all.map(({ name }) => name)).toEqual(['connect', 'open', 'message', 'message', 'close'])
    expect(all[0]?.source).toBe(stream)
  })

  it('report the end once', async () => {
    const names: Name[] = []
    subscribeAll(({ name }) => void names.push(name))
    const source = new EventSource('http://a.test/', { fetch: answering('data: a\n\n') })
    source.close()
    source.close()
    await new Promise((resolve) => setTimeout(resolve))
    expect(names).toEqual(['connect', 'close'])
  })

  it.each(['abort', 'close()'])('report the end when it happens: %s', (end) => {
    const { signal, abort } = aborting()
    const published: unknown[] = []
    const source = new EventSource('http://a.test/', { fetch: answering('data: a\n\n'), signal })
    subscribeAll(({ name }) => void published.push(name, source.readyState))
    if (end === 'abort') abort()
    else source.close()
    expect(published).toEqual(['close', 2])
  })

  it('allow reconnect() in a subscriber when the connection is lost', async () => {
    const requests: unknown[] = []
    const answer = answering('data: a\n\n', 'data: b\n\n')
    const messages = messagesUntil('close')
    subscribeAll(({ name, source }) => {
      if (name === 'lost') (source as EventSource).reconnect()
    })
    new EventSource('http://a.test/', { fetch: (url, init) => (requests.push(url), answer(url, init)) })
    const all = await messages
    expect(requests).toHaveLength(3)
    expect(all.filter(({ name }) => name === 'wait')).toEqual([])
  })

  it.each(['connect', 'open', 'message', 'lost', 'wait', 'failed'] as const)(
    'allow close() in a subscriber of %s',
    async (moment) => {
      // Not setImmediate: streams need it.
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const names: Name[] = []
      let requests = 0
      subscribeAll(({ name, source }) => {
        names.push(name)
        // For the first message, the constructor has not returned.
        if (name === moment) (source as EventSource).close()
      })
      const answer = answering('retry: 0\ndata: a\n\n')
      const source = new EventSource('http://a.test/', {
        fetch: (url, init) => {
          requests++
          return answer(url, init)
        },
      })
      const events: string[] = []
      for (const type of ['open', 'message', 'error']) source.addEventListener(type, () => events.push(type))
      while (!names.includes('close')) await vi.advanceTimersByTimeAsync(100)
      const sofar = [...events]
      // Longer than the delay before a reconnection.
      await vi.advanceTimersByTimeAsync(10_000)
      expect(names.slice(names.indexOf(moment))).toEqual([moment, 'close'])
      expect(events).toEqual(sofar)
      expect(requests).toBe({ connect: 0, open: 1, message: 1, lost: 1, wait: 1, failed: 2 }[moment])
    },
  )
})
