/** Sources that leave, fail and reconnect together with others. */

import { describe, expect, it } from 'vitest'
import { SharedEventSource } from '../../../src/shared.ts'
import { startStream } from '../support/server.ts'
import { until } from '../support/sources.ts'
import { settled } from '../support/streams.ts'
import { share, shareTrio, shareOpen, sharePair, serveStream, untilAll } from './sources.ts'

const { CONNECTING, OPEN, CLOSED } = SharedEventSource

describe('a leader that closes', () => {
  it('is succeeded after the last event ID, without an error', async () => {
    const server = await serveStream((response, attempt, { headers }) => {
      const after = Number(headers['last-event-id'] ?? 0)
      startStream(response, attempt === 1 ? '' : `id: ${after + 1}\ndata: ${after + 1}\n\n`)
    })
    const [one, two, three] = await shareTrio(server.url)
    server.write('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n')
    await untilAll([one, two, three], '2')
    one.source.close()
    expect(one.source).toMatchObject({ readyState: CLOSED, leads: false })
    await untilAll([two, three], '3')
    two.source.close()
    await untilAll([three], '4')
    expect(three.events).toEqual(['open', '1', '2', 'open', '3', 'open', '4'])
    expect(two.events).toEqual(['open', '1', '2', 'open', '3'])
    expect(one.events).toEqual(['open', '1', '2'])
    expect(three.source).toMatchObject({ leads: true, shared: true, readyState: OPEN })
    expect(server.ids).toEqual([undefined, '2', '3'])
    await until(() => server.connections === 1)
  })

  it.each([
    ['without IDs', 'data: 1\n\n'],
    ['whose ID was reset', 'id: 5\ndata: 0\n\nid\ndata: 1\n\n'],
  ])('of a stream %s is succeeded with an error', async (_, text) => {
    const server = await serveStream()
    const [one, two, three] = await shareTrio(server.url)
    server.write(text)
    await untilAll([one, two, three], '1')
    one.source.close()
    await until(() => [two, three].every(({ events }) => events.at(-1) === 'open'))
    for (const { events, errors, states } of [two, three]) {
      expect(events.slice(-3)).toEqual(['1', 'error', 'open'])
      expect(states.slice(-3)).toEqual([OPEN, CONNECTING, OPEN])
      expect(errors).toMatchObject([{ willReconnect: true, error: { reason: 'network', url: server.url } }])
      expect(errors[0]?.message).toBe(`Messages of the event stream at ${server.url} may be missing`)
    }
    expect(server.ids).toEqual([undefined, undefined])
  })

  it('in the middle of a chunk is succeeded without a message lost or doubled', async () => {
    const numbers = (from: number, to: number): string[] =>
      Array.from({ length: to - from + 1 }, (_, index) => String(from + index))
    const blocks = (from: number, to: number): string =>
      numbers(from, to)
        .map((number) => `id: ${number}\ndata: ${number}\n\n`)
        .join('')
    const server = await serveStream((response, attempt, { headers }) => {
      startStream(response, attempt === 1 ? '' : blocks(Number(headers['last-event-id'] ?? 0) + 1, 500))
    })
    const [one, two] = await sharePair(server.url)
    one.source.addEventListener('message', ({ data }) => {
      if (data === '50') one.source.close()
    })
    server.write(blocks(1, 300))
    await untilAll([two], '500')
    expect(two.events.filter((event) => event !== 'open')).toEqual(numbers(1, 500))
    expect(one.events).toEqual(['open', ...numbers(1, 50)])
  })

  it('together with its successor leaves nothing to later sources', async () => {
    const server = await serveStream()
    const [one, two] = await sharePair(server.url)
    server.write('id: 1\ndata: 1\n\n')
    await untilAll([one, two], '1')
    one.source.close()
    two.source.close()
    const three = await shareOpen(server.url)
    expect(three.source).toMatchObject({ leads: true, lastEventId: '' })
    expect([one, two, three].map(({ events }) => events)).toEqual([['open', '1'], ['open', '1'], ['open']])
  })

  it('whose connection is lost is succeeded without another error', async () => {
    const server = await serveStream()
    const [one, two] = await sharePair(server.url, { reconnectionTime: 500 })
    server.write('data: 1\n\n')
    await untilAll([one, two], '1')
    server.drop()
    await untilAll([one, two], 'error')
    one.source.close()
    await until(() => two.source.leads && two.source.readyState === OPEN)
    expect(two.events).toEqual(['open', '1', 'error', 'open'])
  })

  it('fires nothing more, even if its connection was just lost', async () => {
    const server = await serveStream()
    const [one, two] = await sharePair(server.url, { reconnectionTime: 1 })
    server.drop()
    await untilAll([one], 'error')
    const events = [...one.events]
    one.source.close()
    await until(() => two.source.leads && two.source.readyState === OPEN)
    expect(one.events).toEqual(events)
    expect(one.source.readyState).toBe(CLOSED)
  })

  it('leaves the reconnection time of the server to its successor', async () => {
    const server = await serveStream((response) => {
      startStream(response)
    })
    const [one, two] = await sharePair(server.url, { reconnectionTime: 60_000 })
    server.write('retry: 20\nid: 1\ndata: 1\n\n')
    await untilAll([one, two], '1')
    expect([one, two].map(({ source }) => source.reconnectionTime)).toEqual([20, 20])
    one.source.close()
    await until(() => two.source.leads && two.source.readyState === OPEN)
    expect(two.source.reconnectionTime).toBe(20)
    server.drop()
    await until(() => server.requests.length === 3)
    expect(two.errors[0]?.delay).toBeLessThan(1_000)
  })

  it('leaves the wait for Retry-After to its successor', async () => {
    const times: number[] = []
    const server = await serveStream((response, attempt) => {
      times.push(Date.now())
      if (attempt === 1) response.writeHead(503, { 'Retry-After': '1' }).end()
      else startStream(response)
    })
    const options = { reconnect: { shouldReconnect: () => true } }
    const [one, two] = [share(server.url, options), share(server.url, options)]
    await untilAll([one, two], 'error')
    one.source.close()
    await until(() => two.source.readyState === OPEN)
    // Timers may fire a little early.
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(900)
  })
})

describe('a permanent failure', () => {
  it.each([204, 404])('of status %i closes all, without another request', async (status) => {
    const server = await serveStream((response, attempt) => {
      if (attempt === 1) startStream(response)
      else response.writeHead(status).end()
    })
    const all = await shareTrio(server.url, { reconnectionTime: 1 })
    server.drop()
    await until(() => all.every(({ source }) => source.readyState === CLOSED))
    for (const { events, errors, source } of all) {
      expect(events).toEqual(['open', 'error', 'error'])
      expect(errors[1]).toMatchObject({ willReconnect: false, delay: undefined, error: { status } })
      expect(source).toMatchObject({ leads: false, shared: true })
      source.reconnect()
      source.close()
    }
    await until(() => server.connections === 0)
    await settled()
    expect(server.requests).toHaveLength(2)
  })

  it('does not close sources that are created later', async () => {
    const server = await serveStream((response, attempt) => {
      if (attempt === 1) response.writeHead(404).end()
      else startStream(response)
    })
    const one = share(server.url)
    await untilAll([one], 'error')
    expect(one.source.readyState).toBe(CLOSED)
    const two = await shareOpen(server.url)
    expect(two.events).toEqual(['open'])
  })
})

describe('reconnect()', () => {
  it.each([0, 1])('of source %i reconnects for all, without an error', async (index) => {
    const server = await serveStream()
    const all = await shareTrio(server.url)
    server.write('id: 1\ndata: 1\n\n')
    await untilAll(all, '1')
    const caller = all[index]?.source as SharedEventSource
    caller.reconnect()
    expect(caller.readyState).toBe(CONNECTING)
    await until(() => all.every(({ events }) => events.length === 3))
    for (const { events, states, source } of all) {
      expect(events).toEqual(['open', '1', 'open'])
      expect(states).toEqual([OPEN, OPEN, OPEN])
      expect(source.readyState).toBe(OPEN)
    }
    expect(server.ids).toEqual([undefined, '1'])
    expect(all.map(({ source }) => source.leads)).toEqual([true, false, false])
  })

  it.each([0, 1])('of source %i ends the wait for the next attempt', async (index) => {
    const server = await serveStream()
    const pair = await sharePair(server.url, { reconnectionTime: 100_000 })
    server.drop()
    await untilAll(pair, 'error')
    pair[index as 0 | 1].source.reconnect()
    await until(() => pair.every(({ source }) => source.readyState === OPEN))
    for (const { events } of pair) expect(events).toEqual(['open', 'error', 'open'])
    expect(server.requests).toHaveLength(2)
  })

  it('of all sources makes one request', async () => {
    const server = await serveStream()
    const all = await shareTrio(server.url)
    for (const { source } of all.slice(1)) source.reconnect()
    await until(() => all.every(({ events }) => events.length === 2))
    server.write('id: 1\ndata: 1\n\n')
    await untilAll(all, '1')
    for (const { events, states } of all)
      expect([events, states]).toEqual([
        ['open', 'open', '1'],
        [OPEN, OPEN, OPEN],
      ])
    expect(server.requests).toHaveLength(2)
  })

  it('of a new source leaves it open', async () => {
    const server = await serveStream()
    const [one, two] = [share(server.url), share(server.url)]
    two.source.reconnect()
    await untilAll([one, two], 'open')
    server.write('id: 1\ndata: 1\n\n')
    await untilAll([one, two], '1')
    expect(two.states).toEqual([OPEN, OPEN])
  })

  it('does nothing when closed', async () => {
    const server = await serveStream()
    const { source } = await shareOpen(server.url)
    source.close()
    source.reconnect()
    expect(source.readyState).toBe(CLOSED)
    await until(() => server.connections === 0)
    expect(server.requests).toHaveLength(1)
  })
})

describe('the signal', () => {
  it('closes its source only', async () => {
    const server = await serveStream()
    const abort = new AbortController()
    const one = await shareOpen(server.url, { signal: abort.signal })
    const two = await shareOpen(server.url)
    server.write('id: 1\ndata: 1\n\n')
    await untilAll([one, two], '1')
    abort.abort()
    expect(one.source).toMatchObject({ readyState: CLOSED, leads: false })
    await until(() => two.source.leads && two.source.readyState === OPEN)
    expect(one.events).toEqual(['open', '1'])
    expect(two.events).toEqual(['open', '1', 'open'])
  })

  it('that is aborted before makes no request', async () => {
    const server = await serveStream()
    const one = share(server.url, { signal: AbortSignal.abort() })
    expect(one.source).toMatchObject({ readyState: CLOSED, leads: false })
    const two = await shareOpen(server.url)
    expect(two.source.leads).toBe(true)
    expect(server.requests).toHaveLength(1)
    expect(one.events).toEqual([])
  })
})
