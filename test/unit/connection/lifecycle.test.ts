/** `close()`, `reconnect()` and page exit at any time: an abandoned attempt delivers nothing more. */

import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ConnectionSink } from '../../../src/connection/exchange.ts'
import { EventSource, type EventSourceInit, type FetchLike, type FetchLikeInit } from '../../../src/index.ts'
import { onChannel } from '../support/channels.ts'
import { connect, closingBody, type Observed, type Open, opened, openBody } from '../support/connections.ts'
import { stubPage } from '../support/page.ts'
import { openResponse, nextOpen, STUB_URL, open, response, until } from '../support/sources.ts'
import { settled, type Source, source as body, unhandledRejections } from '../support/streams.ts'
import { watch } from '../support/watch.ts'

let unhandled: unknown[]
beforeEach(() => {
  unhandled = unhandledRejections()
})
afterEach(() => {
  expect(unhandled).toEqual([])
  vi.useRealTimers()
})

const CHUNK = ':one\ndata: 1\n\n:two\ndata: 2\n\nretry: 7\nid: 9\n\n'
/** For each sink method, a first attempt that calls it. */
const STEPS: [method: keyof ConnectionSink, first: Open, reconnect: EventSourceInit['reconnect']][] = [
  ['open', closingBody(CHUNK), true],
  ['open', () => Promise.resolve(opened(undefined)), true],
  ['comment', closingBody(CHUNK), true],
  ['message', closingBody(CHUNK), true],
  ['id', closingBody(CHUNK), true],
  ['backpressure', closingBody(CHUNK), true],
  ['deciding', closingBody(CHUNK), { shouldReconnect: () => true }],
  ['lost', closingBody(CHUNK), true],
  ['failed', closingBody(CHUNK), false],
]

/** Calls a method of the connection when the sink is first called. */
function callingOnce(method: 'close' | 'reconnect'): (observed: Observed) => undefined {
  let isCalled = false
  return ({ connection }) => {
    if (isCalled) return
    isCalled = true
    connection[method]()
  }
}

/** Makes an attempt that calls a connection method from within a sink call, then another that opens and stays silent. */
async function interrupted(
  [step, first, reconnect]: (typeof STEPS)[number],
  method: 'close' | 'reconnect',
): Promise<Observed & { before: string[] }> {
  const options: EventSourceInit = { onComment: () => undefined, reconnectionTime: 5_000, reconnect }
  let before: string[] = []
  const call = callingOnce(method)
  const observed = connect([first, openBody()], options, {
    [step]: (seen: Observed) => {
      if (before.length === 0) before = [...seen.calls]
      return call(seen)
    },
  })
  await until(() => before.length > 0)
  await settled()
  return { ...observed, before }
}

describe('close() of a connection', () => {
  it.each(STEPS)("close() in the sink's %s stops all further calls", async (...step) => {
    const { connection, calls, before, requests } = await interrupted(step, 'close')
    expect(calls).toEqual(before)
    expect(connection.phase).toBe('closed')
    expect(requests).toHaveLength(1)
  })

  it('close() while a chunk is decoded discards a retry field in the rest of the chunk', async () => {
    const step = STEPS.find(([method]) => method === 'message') as (typeof STEPS)[number]
    expect((await interrupted(step, 'close')).connection.reconnectionTime).toBe(5_000)
    const later = STEPS.find(([method]) => method === 'id') as (typeof STEPS)[number]
    expect((await interrupted(later, 'close')).connection.reconnectionTime).toBe(7)
  })

  it('close() while a chunk is decoded aborts the request', async () => {
    const { requests } = await interrupted(['message', openBody(CHUNK), true], 'close')
    expect(requests[0]?.signal.aborted).toBe(true)
  })
})

describe('reconnect() of a connection', () => {
  it.each(STEPS)("reconnect() in the sink's %s leaves only the new attempt", async (...step) => {
    const { connection, calls, before, requests } = await interrupted(step, 'reconnect')
    expect(calls).toEqual([...before, 'open'])
    expect(connection.phase).toBe('open')
    expect(requests).toHaveLength(2)
    expect(requests[1]?.signal.aborted).toBe(false)
  })

  it('reconnect() during a pending attempt discards its response', async () => {
    let answer = (): void => undefined
    const pending: Open = (request) =>
      new Promise((resolve) => {
        answer = () => {
          resolve(openBody('data: late\n\n')(request))
        }
      })
    const { connection, calls, requests } = connect([pending, openBody('data: 1\n\n')])
    connection.reconnect()
    await until(() => calls.includes('message 1'))
    answer()
    await settled()
    expect(calls).toEqual(['open', 'message 1', 'backpressure 9'])
    expect(requests.map(({ signal }) => signal.aborted)).toEqual([true, false])
  })
})

describe('connection with backpressure from its sink', () => {
  /** The first part holds one message, the second part the rest. */
  const LARGE = `data: ${'x'.repeat(64 * 1024 - 8)}\n\ndata: late\n\n`

  it.each(['close', 'reconnect'] as const)('does not decode the rest of a chunk after %s()', async (method) => {
    let release = (): void => undefined
    const hold = (): Promise<void> =>
      new Promise((resolve) => {
        release = resolve
      })
    const { connection, calls } = connect([openBody(LARGE, 'data: later\n\n'), openBody()], {}, { backpressure: hold })
    await until(() => calls.length === 3)
    connection[method]()
    await settled()
    release()
    await settled()
    const names = calls.map((call) => call.split(' ')[0])
    expect(names).toEqual(['open', 'message', 'backpressure', ...(method === 'close' ? [] : ['open'])])
  })
})

describe('diagnostics channel subscriber', () => {
  const CHANNELS = ['connect', 'open', 'message', 'lost', 'wait', 'failed'] as const

  /** Makes an attempt and calls the method on the first publication. */
  async function published(name: (typeof CHANNELS)[number], method: 'close' | 'reconnect') {
    const call = callingOnce(method)
    let before: string[] | undefined
    onChannel(name, ({ source }) => {
      const observed = source as Observed
      before ??= [...observed.calls]
      call(observed)
    })
    const first = vi.fn(closingBody('data: 1\n\n'))
    const second = vi.fn(openBody())
    const observed = connect([first, second], { reconnectionTime: 5_000, reconnect: name !== 'failed' })
    await until(() => before !== undefined)
    await settled()
    const opens = [first, second].map(({ mock }) => mock.calls.length)
    return { ...observed, connection: observed.connection, opens, before: before ?? [] }
  }

  it.each(CHANNELS)('may close the connection on "%s"', async (name) => {
    const { connection, calls, before, opens } = await published(name, 'close')
    expect(calls).toEqual(before)
    expect(connection.phase).toBe('closed')
    expect(opens).toEqual([name === 'connect' ? 0 : 1, 0])
  })

  it.each(CHANNELS)('may reconnect on "%s"', async (name) => {
    const { connection, calls, before, opens } = await published(name, 'reconnect')
    expect(calls).toEqual([...before, 'open'])
    expect(connection.phase).toBe('open')
    expect(opens).toEqual([name === 'connect' ? 0 : 1, 1])
  })
})

describe('close() while the connection decides whether to reconnect', () => {
  /** A promise that the test resolves. */
  function pending() {
    let resolve!: (value?: unknown) => void
    const promise = new Promise<unknown>((given) => {
      resolve = given
    })
    return { resolve, wait: vi.fn(() => promise) }
  }

  it('skips shouldReconnect if messages before the failure are still pending', async () => {
    const { resolve, wait } = pending()
    const shouldReconnect = vi.fn(() => true)
    const { connection, calls } = connect([closingBody()], { reconnect: { shouldReconnect } }, { deciding: wait })
    await until(() => wait.mock.calls.length > 0)
    connection.close()
    resolve()
    await settled()
    expect(shouldReconnect).not.toHaveBeenCalled()
    expect(calls).toEqual(['open', 'deciding'])
  })

  it.each([true, false])('discards %s as the result of shouldReconnect', async (answer) => {
    const { resolve, wait } = pending()
    const published = vi.fn()
    onChannel('lost', published)
    onChannel('failed', published)
    const shouldReconnect = wait as () => Promise<boolean>
    const { connection, calls } = connect([closingBody()], { reconnect: { shouldReconnect } })
    await until(() => wait.mock.calls.length > 0)
    connection.close()
    resolve(answer)
    await settled()
    expect(calls).toEqual(['open', 'deciding'])
    expect(published).not.toHaveBeenCalled()
    expect(connection.phase).toBe('closed')
  })
})

it('close() right after the "online" event prevents the attempt', async () => {
  const target = new EventTarget()
  vi.stubGlobal('navigator', { onLine: true })
  vi.stubGlobal('importScripts', () => undefined)
  vi.stubGlobal('addEventListener', target.addEventListener.bind(target))
  vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target))
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  const { connection, requests } = connect([closingBody()], { reconnectionTime: 60_000 })
  await until(() => connection.phase === 'waiting')
  target.dispatchEvent(new Event('online'))
  connection.close()
  await settled()
  expect(requests).toHaveLength(1)
  expect(connection.phase).toBe('closed')
})

/** A source with response bodies that the test feeds. The first one starts with these chunks. */
function fed(options: EventSourceInit = {}, ...first: string[]) {
  const bodies: Source[] = []
  const watched = watch(
    [
      () => {
        const given = body(...(bodies.length === 0 ? first : []))
        bodies.push(given)
        return response(given.stream)
      },
    ],
    { reconnectionTime: 60_000, ...options },
  )
  return { ...watched, bodies }
}

const TWO_MESSAGES = 'data: 1\n\ndata: 2\n\nid: 9\n\n'

describe('event listener', () => {
  it.each(['open', 'message', 'error'] as const)(
    'for %s may close the source, and then nothing else happens',
    async (type) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const { source, events, requests, bodies } = fed({}, TWO_MESSAGES)
      bodies[0]?.end()
      source.addEventListener(type, () => {
        source.close()
      })
      await until(() => source.readyState === EventSource.CLOSED)
      await settled()
      const expected = { open: ['open'], message: ['open', '1'], error: ['open', '1', '2', 'error'] }
      expect(events).toEqual(expected[type])
      expect(source.lastEventId).toBe(type === 'error' ? '9' : '')
      expect(source.readyState).toBe(EventSource.CLOSED)
      expect(vi.getTimerCount()).toBe(0)
      await vi.advanceTimersByTimeAsync(300_000)
      expect(requests).toHaveLength(1)
    },
  )

  it.each(['open', 'message', 'error'] as const)(
    'for %s may reconnect, and then only the new connection delivers events',
    async (type) => {
      const { source, events, requests, bodies } = fed({}, TWO_MESSAGES)
      if (type === 'error') bodies[0]?.end()
      const reconnect = (): void => {
        source.reconnect()
      }
      source.addEventListener(type, reconnect, { once: true })
      await until(() => bodies.length === 2)
      await settled()
      bodies[1]?.push('data: 3\n\n')
      await until(() => events.includes('3'))
      const first = { open: ['open'], message: ['open', '1'], error: ['open', '1', '2', 'error'] }
      expect(events).toEqual([...first[type], 'open', '3'])
      expect(bodies[0]?.canceled).toHaveBeenCalledTimes(type === 'error' ? 0 : 1)
      expect(requests.map(({ headers }) => headers['Last-Event-ID'])).toEqual([
        undefined,
        type === 'error' ? '9' : undefined,
      ])
    },
  )
})

describe('function in the options', () => {
  /** A source that calls `reconnect()`, and calls a method again while that second request is pending. */
  async function calledBack(within: 'fetch' | 'headers', method: 'close' | 'reconnect') {
    const bodies: Source[] = []
    const inits: FetchLikeInit[] = []
    let calls = 0
    const callBack = (): void => {
      if (++calls === 2) source[method]()
    }
    const fetch: FetchLike = (_, init) => {
      inits.push(init)
      if (within === 'fetch') callBack()
      const given = body(`data: ${inits.length}\n\n`)
      bodies.push(given)
      return Promise.resolve(response(given.stream))
    }
    const headers = (): Record<string, string> => {
      if (within === 'headers') callBack()
      return {}
    }
    const source = open(STUB_URL, { fetch, headers })
    const events: string[] = []
    for (const type of ['open', 'message', 'error']) source.addEventListener(type, () => events.push(type))
    await nextOpen(source)
    await until(() => events.length === 2)
    source.reconnect()
    await until(() => calls >= 2)
    await settled()
    return { source, bodies, inits, events: events.slice(2) }
  }

  it('may close the source within fetch, and then the response is canceled', async () => {
    const { source, bodies, inits, events } = await calledBack('fetch', 'close')
    expect(source.readyState).toBe(EventSource.CLOSED)
    expect(events).toEqual([])
    expect(bodies[1]?.canceled).toHaveBeenCalledOnce()
    expect(inits.map(({ signal }) => signal.aborted)).toEqual([true, true])
  })

  it('may reconnect within fetch, and then only the latest response delivers events', async () => {
    const { source, bodies, inits, events } = await calledBack('fetch', 'reconnect')
    expect(source.readyState).toBe(EventSource.OPEN)
    expect(events).toEqual(['open', 'message'])
    expect(bodies.map(({ canceled }) => canceled.mock.calls.length)).toEqual([1, 1, 0])
    expect(inits.map(({ signal }) => signal.aborted)).toEqual([true, true, false])
  })

  it('may close the source within headers, and then no request is sent', async () => {
    const { source, inits, events } = await calledBack('headers', 'close')
    expect(source.readyState).toBe(EventSource.CLOSED)
    expect(events).toEqual([])
    expect(inits).toHaveLength(1)
  })

  it('may reconnect within headers, and then only the latest request is sent', async () => {
    const { source, inits, events } = await calledBack('headers', 'reconnect')
    expect(source.readyState).toBe(EventSource.OPEN)
    expect(events).toEqual(['open', 'message'])
    expect(inits).toHaveLength(2)
  })

  it.each(['close', 'reconnect'] as const)(
    'may call %s() within shouldReconnect, and then its result is ignored',
    async (method) => {
      const called = vi.fn()
      const { source, events, requests, bodies } = fed({
        reconnect: {
          shouldReconnect: () => {
            called()
            source[method]()
            return true
          },
        },
      })
      await settled()
      bodies[0]?.end()
      await until(() => called.mock.calls.length > 0)
      await settled()
      expect(called).toHaveBeenCalledOnce()
      expect(events).toEqual(method === 'close' ? ['open'] : ['open', 'open'])
      expect(source.readyState).toBe(method === 'close' ? EventSource.CLOSED : EventSource.OPEN)
      expect(requests).toHaveLength(method === 'close' ? 1 : 2)
    },
  )
})

describe('abort listener of a fetch', () => {
  /** A source whose first fetch calls a method of the source on abort. */
  async function abortedBy(given: 'close' | 'reconnect', callsBack: 'close' | 'reconnect') {
    const events: string[] = []
    const signals: AbortSignal[] = []
    const source = open(STUB_URL, {
      fetch: (_, { signal }) => {
        signals.push(signal)
        signal.addEventListener('abort', () => {
          if (signal === signals[0]) source[callsBack]()
        })
        return Promise.resolve(openResponse(`data: ${signals.length}\n\n`))
      },
    })
    source.addEventListener('open', () => events.push('open'))
    source.addEventListener('message', ({ data }) => events.push(data))
    source.addEventListener('error', () => events.push('error'))
    await until(() => events.includes('1'))
    source[given]()
    await settled()
    return { source, events, signals }
  }

  it.each(['close', 'reconnect'] as const)(
    'may close the source during %s(), and then it stays closed',
    async (given) => {
      const { source, events, signals } = await abortedBy(given, 'close')
      expect(source.readyState).toBe(EventSource.CLOSED)
      expect(signals).toHaveLength(1)
      expect(events).toEqual(['open', '1'])
    },
  )

  it('may reconnect during reconnect(), and then one request is sent', async () => {
    const { source, events, signals } = await abortedBy('reconnect', 'reconnect')
    expect(source.readyState).toBe(EventSource.OPEN)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    expect(events).toEqual(['open', '1', 'open', '2'])
    source.close()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
  })

  it('cannot reconnect during close()', async () => {
    const { source, events, signals } = await abortedBy('close', 'reconnect')
    expect(source.readyState).toBe(EventSource.CLOSED)
    expect(signals).toHaveLength(1)
    expect(events).toEqual(['open', '1'])
  })

  it('may close the connection during reconnect(), and then no attempt is made', async () => {
    const { connection, calls, requests } = connect([openBody()])
    requests[0]?.signal.addEventListener('abort', () => {
      connection.close()
    })
    await settled()
    connection.reconnect()
    await settled()
    expect(requests).toHaveLength(1)
    expect(calls).toEqual(['open'])
    expect(connection.phase).toBe('closed')
  })

  it('may close the connection after an unexpected failure, and then its sink is not called again', async () => {
    const published = vi.fn()
    onChannel('failed', published)
    const broken = (): never => {
      throw new Error('broken')
    }
    const { connection, calls, requests } = connect([openBody('data: 1\n\n')], {}, { message: broken })
    requests[0]?.signal.addEventListener('abort', () => {
      connection.close()
    })
    await until(() => connection.phase === 'closed')
    await settled()
    expect(calls).toEqual(['open', 'message 1'])
    expect(published).not.toHaveBeenCalled()
  })

  it.each(['close', 'reconnect'] as const)('may call %s() when the page is hidden', async (method) => {
    const page = stubPage()
    const published = vi.fn()
    onChannel('lost', published)
    const { connection, calls, requests } = connect([openBody()])
    requests[0]?.signal.addEventListener('abort', () => {
      connection[method]()
    })
    await settled()
    page.leave()
    await settled()
    expect(calls).toEqual(method === 'close' ? ['open'] : ['open', 'open'])
    expect(published).not.toHaveBeenCalled()
    expect(connection.phase).toBe(method === 'close' ? 'closed' : 'open')
  })

  it('may close the connection on an idle timeout, and then its sink is not called again', async () => {
    const { connection, calls, requests } = connect([openBody()], {
      idleTimeout: 1,
      reconnect: { shouldReconnect: () => true },
    })
    requests[0]?.signal.addEventListener('abort', () => {
      connection.close()
    })
    await until(() => connection.phase === 'closed')
    await settled()
    expect(calls).toEqual(['open', 'demand'])
  })
})

describe('page that enters the back/forward cache', () => {
  it('closes an open connection and discards the rest of its body', async () => {
    const page = stubPage()
    const { source, events, bodies, requests } = fed()
    await settled()
    bodies[0]?.push('data: 1\n\n')
    await until(() => events.includes('1'))
    bodies[0]?.push('data: 2\n\n')
    page.leave()
    await settled()
    expect(events).toEqual(['open', '1', 'error'])
    expect(bodies[0]?.canceled).toHaveBeenCalledOnce()
    expect(source.readyState).toBe(EventSource.CONNECTING)
    expect(requests).toHaveLength(1)
  })

  it('closes it even in the middle of a chunk', async () => {
    const page = stubPage()
    const { calls, requests } = connect(
      [openBody('data: 1\n\ndata: 2\n\nid: 9\n\n')],
      {},
      {
        message: () => {
          page.leave()
        },
      },
    )
    await settled()
    expect(calls).toEqual(['open', 'message 1', 'lost network'])
    expect(requests[0]?.signal.aborted).toBe(true)
  })

  it('discards a response that arrives afterward', async () => {
    const page = stubPage()
    const late = body('data: late\n\n')
    let answer = (): void => undefined
    const { events, requests } = watch([
      () =>
        new Promise((resolve) => {
          answer = () => {
            resolve(response(late.stream))
          }
        }),
    ])
    page.leave()
    answer()
    await settled()
    expect(events).toEqual(['error'])
    expect(late.canceled).toHaveBeenCalledOnce()
    expect(requests[0]?.signal.aborted).toBe(true)
  })

  it('does not affect a closed source', async () => {
    const page = stubPage()
    const { source, events } = fed()
    await settled()
    source.close()
    expect(page.listeners).toEqual([])
    page.leave()
    await settled()
    expect(events).toEqual(['open'])
    expect(source.readyState).toBe(EventSource.CLOSED)
  })

  it('may be followed immediately by close() or reconnect()', async () => {
    for (const method of ['close', 'reconnect'] as const) {
      const page = stubPage()
      const { source, events, requests } = fed()
      await settled()
      page.leave()
      source[method]()
      await settled()
      expect(events).toEqual(method === 'close' ? ['open', 'error'] : ['open', 'error', 'open'])
      expect(requests).toHaveLength(method === 'close' ? 1 : 2)
    }
  })
})
