/** Sources where locks or channels are missing. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { SharedEventSource } from '../../../src/shared.ts'
import { until } from '../support/sources.ts'
import { unhandledRejections } from '../support/streams.ts'
import { share, shareOpen, sharePair, serveStream, untilAll } from './sources.ts'

const { CONNECTING, OPEN, CLOSED } = SharedEventSource

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Notes what is posted to any channel. */
function watchPosts(): unknown[] {
  const posted: unknown[] = []
  class Watched extends BroadcastChannel {
    override postMessage(message: unknown): void {
      posted.push(message)
      super.postMessage(message)
    }
  }
  vi.stubGlobal('BroadcastChannel', Watched)
  return posted
}

const refuse = (): Promise<never> => Promise.reject(new DOMException('Denied', 'SecurityError'))

const CASES: [string, () => void][] = [
  [
    'without navigator',
    () => {
      watchPosts()
      vi.stubGlobal('navigator', undefined)
    },
  ],
  [
    'without locks',
    () => {
      vi.stubGlobal('navigator', {})
    },
  ],
  [
    'with locks that throw when read',
    () => {
      vi.stubGlobal('navigator', {
        get locks(): never {
          throw new DOMException('Denied', 'SecurityError')
        },
      })
    },
  ],
  [
    'without BroadcastChannel',
    () => {
      vi.stubGlobal('BroadcastChannel', undefined)
    },
  ],
  [
    'with a BroadcastChannel that throws',
    () => {
      vi.stubGlobal(
        'BroadcastChannel',
        class extends EventTarget {
          constructor() {
            super()
            throw new DOMException('Denied', 'SecurityError')
          }
        },
      )
    },
  ],
  [
    'with refused locks',
    () => {
      vi.stubGlobal('navigator', { locks: { request: refuse, query: refuse } })
    },
  ],
]

describe.each(CASES)('%s', (_, stub) => {
  it('each source has its own connection', async () => {
    const unhandled = unhandledRejections()
    stub()
    const server = await serveStream()
    const [one, two] = [await shareOpen(server.url), await shareOpen(server.url)]
    expect(server.requests).toHaveLength(2)
    for (const { source } of [one, two]) expect(source).toMatchObject({ shared: false, leads: true })
    server.write('id: 1\ndata: 1\n\n')
    await untilAll([two], '1')
    expect(one.events).toEqual(['open'])
    one.source.reconnect()
    expect(one.source.readyState).toBe(CONNECTING)
    await until(() => one.events.length === 2 && one.source.readyState === OPEN)
    expect(two.events).toEqual(['open', '1'])
    two.source.close()
    expect(two.source).toMatchObject({ readyState: CLOSED, leads: false })
    await until(() => server.connections === 1)
    expect(server.requests).toHaveLength(3)
    expect(unhandled).toEqual([])
  })

  it('a source reconnects like an EventSource', async () => {
    stub()
    const server = await serveStream()
    const { events, states, errors } = await shareOpen(server.url, { reconnectionTime: 1 })
    server.drop()
    await until(() => events.length === 3)
    expect(events).toEqual(['open', 'error', 'open'])
    expect(states).toEqual([OPEN, CONNECTING, OPEN])
    expect(errors).toMatchObject([{ willReconnect: true, error: { reason: 'ended' } }])
  })
})

describe('a source that does not share', () => {
  it.each([
    ['locks', undefined],
    ['refused locks', { request: refuse, query: refuse }],
  ])('posts nothing about its connection without %s', async (_, locks) => {
    const posted = watchPosts()
    vi.stubGlobal('navigator', { locks })
    const server = await serveStream()
    const one = await shareOpen(server.url)
    server.write('data: 1\n\n')
    await untilAll([one], '1')
    one.source.close()
    expect(posted.filter((message) => (message as { type: string }).type !== 'ask')).toEqual([])
  })

  it('leads at once without locks', () => {
    vi.stubGlobal('navigator', {})
    expect(share('http://nowhere.test/').source).toMatchObject({ shared: false, leads: true, readyState: CONNECTING })
  })
})

describe('locks that cannot be queried', () => {
  it.each([
    ['because that is refused', refuse],
    ['because the answer is empty', () => Promise.resolve({})],
  ])('%s, are used anyway', async (_, query) => {
    const unhandled = unhandledRejections()
    const { locks } = navigator
    vi.stubGlobal('navigator', { locks: { request: locks.request.bind(locks), query } })
    const server = await serveStream()
    const [one, two] = await sharePair(server.url)
    server.write('id: 1\ndata: 1\n\n')
    await untilAll([one, two], '1')
    one.source.close()
    await until(() => two.source.leads && two.source.readyState === OPEN)
    expect(two.events).toEqual(['open', '1', 'open'])
    expect(server.ids).toEqual([undefined, '1'])
    expect(unhandled).toEqual([])
  })
})
