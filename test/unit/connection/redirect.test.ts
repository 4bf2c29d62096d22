/** Redirects that are not simply followed, with a fetch that is none. */

import { describe, expect, it } from 'vitest'
import type { FetchLikeInit } from '../../../src/connection/request.ts'
import { sendByHand } from '../../../src/connection/redirect.ts'
import { good, HEADERS, send, START, STATUSES, to } from '../support/redirects.ts'

describe('what is no redirect', () => {
  it.each([
    ['a good response', good()],
    ['a refusal', new Response('', { status: 500 })],
    ['a status of the kind without Location', new Response('', { status: 302 })],
    ['300', to('/next', 300)],
    ['304', new Response(null, { status: 304, headers: { location: '/next' } })],
    ['305', to('/next', 305)],
    ['306', to('/next', 306)],
    ['200 with Location', new Response('', { headers: { location: 'http://b.test/' } })],
    ['no Response at all', 'text'],
    ['nothing', undefined],
    [
      'a status of the kind whose headers know no Location',
      { status: 302, headers: { get: () => undefined }, body: null },
    ],
  ])('is handed on as it is: %s', async (_, answer) => {
    for (const allowed of ['error', 'same-origin'] as const) {
      const { outcome, requests } = await send([answer], allowed)
      expect(outcome).toEqual({ response: answer })
      expect(requests).toHaveLength(1)
    }
  })

  it('is so when fetch rejects, too', async () => {
    const error = new Error('down')
    await expect(sendByHand(() => Promise.reject(error), [START, {} as FetchLikeInit], 'error')).rejects.toBe(error)
  })
})

describe('redirect: "same-origin"', () => {
  it.each(STATUSES)('follows %d within the origin', async (status) => {
    const response = good()
    const { outcome, requests, answers } = await send([to('/next?r=2#f', status), response])
    expect(outcome).toEqual({ response })
    expect(requests.map(([url]) => url)).toEqual([START, 'http://a.test/next?r=2'])
    expect(requests[1]?.[1]).toMatchObject({ method: 'GET', redirect: 'manual', headers: HEADERS })
    expect((answers[0] as Response).bodyUsed).toBe(true)
  })

  it.each([
    ['relative', 'next', 'http://a.test/next'],
    ['to a query', '?r=2', 'http://a.test/start?r=2'],
    ['absolute', 'http://a.test:80/next', 'http://a.test/next'],
    ['with user and password, which fetch would refuse', 'http://u:p@a.test/next', 'http://a.test/next'],
  ])('resolves a Location that is %s', async (_, location, target) => {
    expect((await send([to(location), good()])).requests[1]?.[0]).toBe(target)
  })

  it('resolves the next one against the URL before it', async () => {
    const { requests } = await send([to('/deep/one'), to('two'), good()])
    expect(requests.map(([url]) => url)).toEqual([START, 'http://a.test/deep/one', 'http://a.test/deep/two'])
  })

  const elsewhere: [string, string][] = [
    ['another host', 'http://b.test/x?token=location-secret'],
    ['a subdomain', 'http://sub.a.test/'],
    ['another port', 'http://a.test:8080/'],
    ['another scheme', 'https://a.test/'],
    ['another host without a scheme', '//b.test/'],
  ]
  it.each(elsewhere)('sends nothing to %s', async (_, location) => {
    for (const status of STATUSES) {
      const { outcome, requests, answers } = await send([to(location, status), good()])
      expect(requests).toHaveLength(1)
      expect(outcome).toMatchObject({ failure: { reason: 'redirect', status, headers: answers[0]?.headers } })
    }
  })

  it('says where to, without the query', async () => {
    const { outcome } = await send([to('http://u:p@b.test/x?token=location-secret#f'), good()])
    expect(outcome).toMatchObject({
      failure: { what: 'was redirected to http://b.test/x, which the option "redirect" refuses' },
    })
  })

  it('sends nothing to another origin that a redirect within the origin leads to', async () => {
    const { outcome, requests } = await send([to('/next'), to('http://b.test/'), good()])
    expect(outcome).toMatchObject({ failure: { reason: 'redirect' } })
    expect(requests).toHaveLength(2)
  })

  it('follows 20 redirects and no more', async () => {
    const response = good()
    const twenty = Array.from({ length: 20 }, (_, i) => to(`/${i}`))
    expect((await send([...twenty, response])).outcome).toEqual({ response })
    const { outcome, requests } = await send([...twenty, to('/20'), good()])
    expect(outcome).toMatchObject({ failure: { reason: 'network' } })
    expect(requests).toHaveLength(21)
  })

  it('follows an empty Location to where it comes from, until it has enough', async () => {
    const { outcome, requests } = await send([{ status: 302, headers: new Headers({ location: '' }), body: null }])
    expect(outcome).toMatchObject({ failure: { reason: 'network' } })
    expect(new Set(requests.map(([url]) => url))).toEqual(new Set([START]))
    expect(requests).toHaveLength(21)
  })

  it.each([
    'http://[',
    'http://a.test:99999/',
    'ftp://a.test/',
    'data:text/event-stream,',
    'javascript:1',
    'mailto:a@b.test',
  ])('is a network failure where the Location is none for HTTP, as in fetch: %s', async (location) => {
    const { outcome, requests, answers } = await send([to(location), good()])
    expect(outcome).toEqual({ failure: { reason: 'network', what: 'was redirected to nowhere' } })
    expect(requests).toHaveLength(1)
    expect((answers[0] as Response).bodyUsed).toBe(true)
  })
})

describe('redirect: "error"', () => {
  it.each(STATUSES)('refuses %d, also within the origin', async (status) => {
    const { outcome, requests, answers } = await send([to('/next?r=location-secret', status), good()], 'error')
    expect(outcome).toEqual({
      failure: {
        reason: 'redirect',
        what: 'was redirected to http://a.test/next, which the option "redirect" refuses',
        status,
        headers: answers[0]?.headers,
      },
    })
    expect(requests).toHaveLength(1)
    expect((answers[0] as Response).bodyUsed).toBe(true)
  })
})
