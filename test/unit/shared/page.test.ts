/** Sources in a page that is hidden, left and restored. test/shared covers real pages. */

import { describe, expect, it, vi } from 'vitest'
import { SharedEventSource } from '../../../src/shared.ts'
import { stubPage } from '../support/page.ts'
import { until } from '../support/sources.ts'
import { share, shareOpen, sharePair, serveStream, untilAll, type StreamServer } from './sources.ts'

const { CONNECTING, OPEN } = SharedEventSource

/** A page with locks. */
function stubSharingPage(options?: { hidden: boolean }) {
  const { locks } = navigator
  const page = stubPage(options)
  vi.stubGlobal('navigator', { onLine: true, locks })
  return page
}

/** Writes messages with these IDs as data. */
function send(server: StreamServer, ...ids: number[]): void {
  for (const id of ids) server.write(`id: ${id}\ndata: ${id}\n\n`)
}

/** A leader elsewhere, and a follower in a page that is in the back/forward cache. */
async function cached() {
  const server = await serveStream()
  const one = await shareOpen(server.url)
  const page = stubSharingPage()
  const two = await shareOpen(server.url)
  send(server, 1)
  await untilAll([one, two], '1')
  page.leave()
  await until(() => two.source.readyState === CONNECTING)
  return { page, server, one, two }
}

describe('a follower that was in the back/forward cache', () => {
  it('gets what it missed', async () => {
    const { page, server, one, two } = await cached()
    send(server, 2, 3)
    await untilAll([one], '3')
    page.restore()
    await untilAll([two], '3')
    await until(() => two.source.readyState === OPEN)
    expect(two.events.filter((event) => event !== 'open')).toEqual(['1', '2', '3'])
    expect(two.events).not.toContain('error')
    expect(server.requests).toHaveLength(1)
  })

  it('is open when it gets what it missed', async () => {
    const { page, server, one, two } = await cached()
    send(server, 2, 3)
    await untilAll([one], '3')
    page.restore()
    await untilAll([two], '3')
    expect(two.events).toEqual(['open', '1', 'open', '2', '3'])
    expect(two.states).toEqual([OPEN, OPEN, OPEN, OPEN, OPEN])
  })

  it('is open again if it missed nothing', async () => {
    const { page, two } = await cached()
    page.restore()
    await until(() => two.source.readyState === OPEN)
    expect(two.events).toEqual(['open', '1', 'open'])
  })

  it('reports a gap if it missed too much', async () => {
    const { page, server, one, two } = await cached()
    send(server, ...Array.from({ length: 2_100 }, (_, index) => index + 2))
    await untilAll([one], '2101')
    page.restore()
    await until(() => two.source.readyState === OPEN)
    expect(two.events).toEqual(['open', '1', 'error', 'open'])
    expect(two.source.lastEventId).toBe('2101')
    send(server, 2102)
    await untilAll([two], '2102')
  })

  it('is open even if it has called reconnect() meanwhile', async () => {
    const { page, server, two } = await cached()
    two.source.reconnect()
    page.restore()
    await until(() => two.events.length === 3)
    send(server, 2)
    await untilAll([two], '2')
    expect(two.states).toEqual([OPEN, OPEN, OPEN, OPEN])
    expect(two.source.readyState).toBe(OPEN)
  })
})

describe('a source in a hidden page', () => {
  it('that closes hidden sources leaves the connection to others', async () => {
    const page = stubSharingPage()
    const server = await serveStream()
    const one = await shareOpen(server.url, { whenHidden: 'close' })
    const two = await shareOpen(server.url)
    send(server, 1)
    await untilAll([one, two], '1')
    page.setHidden(true)
    await until(() => two.source.leads && two.source.readyState === OPEN)
    expect(one.source).toMatchObject({ leads: false, readyState: CONNECTING })
    page.setHidden(false)
    await until(() => one.source.readyState === OPEN)
    expect(one.source.leads).toBe(false)
    send(server, 2)
    await untilAll([one, two], '2')
    for (const { events } of [one, two]) expect(events.filter((event) => event !== 'open')).toEqual(['1', '2'])
    expect(server.ids).toEqual([undefined, '1'])
  })

  it('alone has no error without IDs', async () => {
    const page = stubSharingPage()
    const server = await serveStream()
    const { source, events } = await shareOpen(server.url, { whenHidden: 'close' })
    server.write('data: 1\n\n')
    await until(() => events.length === 2)
    page.setHidden(true)
    await until(() => source.readyState === CONNECTING)
    page.setHidden(false)
    await until(() => source.readyState === OPEN)
    expect(events).toEqual(['open', '1', 'open'])
  })

  it('does not join if it is hidden from the start', async () => {
    const page = stubSharingPage({ hidden: true })
    const server = await serveStream()
    const { source, events } = share(server.url, { whenHidden: 'close' })
    expect(source).toMatchObject({ readyState: CONNECTING, leads: false })
    page.setHidden(false)
    await until(() => events.length === 1)
    expect(server.requests).toHaveLength(1)
  })
})

describe('a page that is left', () => {
  it('releases everything, and joins again when restored', async () => {
    const page = stubSharingPage()
    const server = await serveStream()
    const [one, two] = await sharePair(server.url)
    send(server, 1)
    await untilAll([one, two], '1')
    page.leave()
    await until(() => server.connections === 0)
    expect([one.source.leads, two.source.leads]).toEqual([false, false])
    page.restore()
    await until(() => [one, two].every(({ source }) => source.readyState === OPEN))
    expect(server.ids).toEqual([undefined, '1'])
    send(server, 2)
    await untilAll([one, two], '2')
    for (const { events } of [one, two]) expect(events).toEqual(['open', '1', 'open', '2'])
  })

  it('has no error without IDs if its source does not share', async () => {
    const page = stubPage()
    const server = await serveStream()
    const { source, events } = await shareOpen(server.url)
    server.write('data: 1\n\n')
    await until(() => events.length === 2)
    page.leave()
    page.restore()
    await until(() => events.length > 2 && source.readyState === OPEN)
    expect(events).toEqual(['open', '1', 'open'])
  })
})

describe('a connection that is lost in a page', () => {
  it('is not reported if the page is left at once', async () => {
    const page = stubSharingPage()
    const server = await serveStream()
    const one = await shareOpen(server.url)
    send(server, 1)
    await untilAll([one], '1')
    const { requests } = server
    requests[0]?.socket.destroy()
    page.leave()
    page.restore()
    await until(() => one.events.length === 3)
    expect(one.events).toEqual(['open', '1', 'open'])
  })

  it.each([0, 1])('is open after reconnect() of source %i at once', async (index) => {
    stubSharingPage()
    const server = await serveStream()
    const pair = await sharePair(server.url, { reconnectionTime: 50_000 })
    send(server, 1)
    await untilAll(pair, '1')
    const { requests } = server
    requests[0]?.socket.destroy()
    await until(() => server.connections === 0)
    pair[index as 0 | 1].source.reconnect()
    await until(() => server.connections === 1)
    // For longer than a loss is held back.
    const end = Date.now() + 500
    await until(() => {
      send(server, requests.length)
      return Date.now() > end
    })
    expect(pair.map(({ source }) => source.readyState)).toEqual([OPEN, OPEN])
    for (const { events } of pair) expect(events).not.toContain('error')
  })
})
