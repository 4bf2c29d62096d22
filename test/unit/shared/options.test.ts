/** Which sources share a connection, and what the other scripts of the origin can see. */

import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SharedEventSourceInit } from '../../../src/shared.ts'
import { startStream } from '../support/server.ts'
import { until } from '../support/sources.ts'
import { keysOf, share, shareOpen, sharePair, serveStream, untilAll } from './sources.ts'

describe('sources share a connection', () => {
  it.each<[string, [string, SharedEventSourceInit?], [string, SharedEventSourceInit?], number]>([
    ['with different fragments', ['#a'], ['#b'], 1],
    ['with the same name', ['', { name: 'a' }], ['', { name: 'a' }], 1],
    ['not with different names', ['', { name: 'a' }], ['', { name: 'b' }], 2],
    ['not with and without a name', ['', { name: 'a' }], [''], 2],
    ['not with different queries', ['?a'], ['?b'], 2],
    ['not with different withCredentials', ['', { withCredentials: true }], [''], 2],
  ])('%s', async (_, [oneURL, oneOptions], [twoURL, twoOptions], count) => {
    const server = await serveStream()
    const one = await shareOpen(server.url + oneURL, oneOptions)
    const two = await shareOpen(server.url + twoURL, twoOptions)
    expect(server.requests).toHaveLength(count)
    expect(two.source.leads).toBe(count === 2)
    expect(one.source.url).toBe(server.url + oneURL)
    expect(await keysOf(server.url)).toHaveLength(count)
  })
})

describe('onComment', () => {
  it('is called in the leader only', async () => {
    const server = await serveStream()
    const calls: string[][] = [[], []]
    const [one, two] = [
      await shareOpen(server.url, { onComment: (comment) => calls[0]?.push(comment) }),
      await shareOpen(server.url, { onComment: (comment) => calls[1]?.push(comment) }),
    ]
    server.write(': a\n\nid: 1\ndata: 1\n\n')
    await untilAll([one, two], '1')
    one.source.close()
    await until(() => two.source.leads && two.source.readyState === 1)
    server.write(': b\n\n')
    await until(() => calls[1]?.length === 1)
    expect(calls).toEqual([['a'], ['b']])
  })
})

describe('a POST', () => {
  async function servePost() {
    const bodies: string[] = []
    const server = await serveStream((response, _, request) => {
      void text(request).then((body) => {
        bodies.push(body)
        startStream(response)
      })
    })
    return { server, bodies }
  }

  function postOnce(resumed: string[]): SharedEventSourceInit {
    return {
      name: 'mine',
      method: 'POST',
      body: 'start',
      resume: ({ lastEventId }) => {
        resumed.push(String(lastEventId))
        return { method: 'POST', body: `resume after ${String(lastEventId)}` }
      },
    }
  }

  it('is resumed by the successor', async () => {
    const { server, bodies } = await servePost()
    const resumed: string[] = []
    const [one, two] = await sharePair(server.url, postOnce(resumed))
    server.write('id: 7\ndata: 1\n\n')
    await untilAll([one, two], '1')
    one.source.close()
    await until(() => server.requests.length === 2 && two.source.readyState === 1)
    expect(bodies).toEqual(['start', 'resume after 7'])
    expect(resumed).toEqual(['7'])
  })

  it('is resumed by a successor that joined while the connection was lost', async () => {
    const { server, bodies } = await servePost()
    const resumed: string[] = []
    const one = await shareOpen(server.url, {
      ...postOnce(resumed),
      reconnect: { shouldReconnect: () => new Promise(() => undefined) },
    })
    server.write('id: 7\ndata: 1\n\n')
    await untilAll([one], '1')
    server.drop()
    await until(() => one.source.readyState === 0)
    const two = share(server.url, postOnce(resumed))
    await until(() => two.source.lastEventId === '7')
    one.source.close()
    await until(() => two.source.readyState === 1)
    expect(bodies).toEqual(['start', 'resume after 7'])
    expect(resumed).toEqual(['7'])
  })
})

describe('the channel', () => {
  it('carries no headers, bodies, causes or credentials', async () => {
    const server = await serveStream((response, attempt) => {
      if (attempt % 2 === 1) startStream(response)
      else response.writeHead(503, { 'X-Out': 'response-secret' }).end('body-secret')
    })
    const url = server.url.replace('//', '//user-secret:password-secret@')
    const options: SharedEventSourceInit = {
      name: 'mine',
      headers: { Authorization: 'Bearer header-secret' },
      reconnectionTime: 1,
      reconnect: { shouldReconnect: () => true },
    }
    const [one, two] = await sharePair(url, options)
    const [key = ''] = await keysOf(server.url)
    expect(key).toMatch(/^everysource\/\d+ /)
    expect(key).not.toContain('secret')
    const posted: unknown[] = []
    const channel = new BroadcastChannel(key)
    onTestFinished(() => {
      channel.close()
    })
    channel.onmessage = (event) => posted.push((event as MessageEvent).data)
    const three = await shareOpen(url, options)
    server.write('id: 1\ndata: seen\n\n')
    await untilAll([one, two], 'seen')
    server.drop()
    await until(() => two.events.filter((event) => event === 'error').length > 1)
    one.source.close()
    await until(() => two.source.leads && two.source.readyState === 1)
    await until(() => posted.some((message) => JSON.stringify(message).includes('"bye"')))
    expect(JSON.stringify(posted)).toContain('seen')
    expect(JSON.stringify(posted)).toContain('503')
    expect(JSON.stringify(posted)).not.toContain('secret')
    expect(three.source.shared).toBe(true)
  })
})
