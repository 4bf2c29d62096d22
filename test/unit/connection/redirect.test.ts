/** Redirects with a stubbed fetch: which ones are followed, and what the next request sends. */

import { describe, expect, it, vi } from 'vitest'
import { AttemptError, type Failure } from '../../../src/connection/failure.ts'
import { followRedirects } from '../../../src/connection/redirect.ts'
import type { FetchLikeInit, FetchLikeResponse } from '../../../src/connection/request.ts'

describe('response that is not a redirect', () => {
  it.each([
    ['a valid stream', good()],
    ['an error status', new Response('', { status: 500 })],
    ['a redirect status without Location', new Response('', { status: 302 })],
    ['300', to('/next', 300)],
    ['304', new Response(null, { status: 304, headers: { location: '/next' } })],
    ['305', to('/next', 305)],
    ['306', to('/next', 306)],
    ['200 with Location', new Response('', { headers: { location: 'http://b.test/' } })],
    ['a text', 'text'],
    ['undefined', undefined],
    [
      'a redirect status whose headers return undefined',
      { status: 302, headers: { get: () => undefined }, body: null },
    ],
  ])('is returned unchanged: %s', async (_, answer) => {
    for (const allowed of ['error', 'same-origin'] as const) {
      const { outcome, requests } = await send([answer], allowed)
      expect(outcome.response).toBe(answer)
      expect(outcome).not.toHaveProperty('failure')
      expect(requests).toHaveLength(1)
    }
  })

  it('passes the rejection of fetch through', async () => {
    const error = new Error('down')
    await expect(followRedirects(() => Promise.reject(error), [START, {} as FetchLikeInit], 'error')).rejects.toBe(
      error,
    )
  })
})

describe('redirect: "same-origin"', () => {
  it.each(STATUSES)('follows %d within the origin', async (status) => {
    const response = good()
    const { outcome, requests, answers } = await send([to('/next?r=2#f', status), response])
    expect(outcome.response).toBe(response)
    expect(requests.map(([url]) => url)).toEqual([START, 'http://a.test/next?r=2'])
    expect(requests[1]?.[1]).toMatchObject({ method: 'GET', redirect: 'manual', headers: HEADERS })
    expect((answers[0] as Response).bodyUsed).toBe(true)
  })

  it.each([
    ['relative', 'next', 'http://a.test/next'],
    ['to a query', '?r=2', 'http://a.test/start?r=2'],
    ['absolute', 'http://a.test:80/next', 'http://a.test/next'],
    ['with user and password, which fetch would reject', 'http://u:p@a.test/next', 'http://a.test/next'],
  ])('resolves a Location %s', async (_, location, target) => {
    expect((await send([to(location), good()])).requests[1]?.[0]).toBe(target)
  })

  it('resolves the next Location against the previous URL', async () => {
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
      expect(outcome.failure).toMatchObject({ reason: 'redirect', status, headers: answers[0]?.headers })
    }
  })

  it('names the target without its query', async () => {
    const { outcome } = await send([to('http://u:p@b.test/x?token=location-secret#f'), good()])
    expect(outcome.failure?.message).toBe('was redirected to http://b.test/x, which option "redirect" forbids')
  })

  it('sends nothing to another origin after a same-origin redirect', async () => {
    const { outcome, requests } = await send([to('/next'), to('http://b.test/'), good()])
    expect(outcome.failure).toMatchObject({ reason: 'redirect' })
    expect(requests).toHaveLength(2)
  })

  it('follows at most 20 redirects', async () => {
    const response = good()
    const twenty = Array.from({ length: 20 }, (_, i) => to(`/${i}`))
    expect((await send([...twenty, response])).outcome.response).toBe(response)
    const { outcome, requests } = await send([...twenty, to('/20'), good()])
    expect(outcome.failure).toMatchObject({ reason: 'network' })
    expect(requests).toHaveLength(21)
  })

  it('follows an empty Location to the same URL up to the limit', async () => {
    const { outcome, requests } = await send([{ status: 302, headers: new Headers({ location: '' }), body: null }])
    expect(outcome.failure).toMatchObject({ reason: 'network' })
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
  ])('reports a network failure like fetch if the Location is not an HTTP URL: %s', async (location) => {
    const { outcome, requests, answers } = await send([to(location), good()])
    expect(outcome.failure).toEqual({ reason: 'network', message: 'was redirected to an invalid URL' })
    expect(requests).toHaveLength(1)
    expect((answers[0] as Response).bodyUsed).toBe(true)
  })
})

describe('redirect: "error"', () => {
  it.each(STATUSES)('rejects %d even within the origin', async (status) => {
    const { outcome, requests, answers } = await send([to('/next?r=location-secret', status), good()], 'error')
    expect(outcome.failure).toEqual({
      reason: 'redirect',
      message: 'was redirected to http://a.test/next, which option "redirect" forbids',
      status,
      headers: answers[0]?.headers,
    })
    expect(requests).toHaveLength(1)
    expect((answers[0] as Response).bodyUsed).toBe(true)
  })
})

describe('next request', () => {
  const AFTER: [method: string, status: number, next: string][] = [
    ['POST', 301, 'GET'],
    ['POST', 302, 'GET'],
    ['POST', 303, 'GET'],
    ['POST', 307, 'POST'],
    ['POST', 308, 'POST'],
    ['PUT', 301, 'PUT'],
    ['PUT', 302, 'PUT'],
    ['PUT', 303, 'GET'],
    ['PUT', 307, 'PUT'],
    ['GET', 303, 'GET'],
    ['HEAD', 301, 'HEAD'],
    ['HEAD', 303, 'HEAD'],
    ['HEAD', 307, 'HEAD'],
  ]

  it.each(AFTER)('the request that follows a %s with status %d uses %s', async (method, status, next) => {
    const hasBody = !['GET', 'HEAD'].includes(method)
    const given = hasBody ? { method, body: '{}' } : { method }
    const { requests } = await send([to('/next', status), good()], 'same-origin', given)
    const init = requests[1]?.[1]
    expect(init?.method).toBe(next)
    if (next === method) {
      expect(init?.body).toBe(given.body)
      expect(init?.headers).toEqual(HEADERS)
    } else {
      expect(init).not.toHaveProperty('body')
      expect(init?.headers).toEqual({ Authorization: 'Bearer x', 'X-Content': '1' })
    }
  })

  it('leaves the first request unchanged', async () => {
    const { requests } = await send([to('/next', 303), good()], 'same-origin', { method: 'POST', body: '{}' })
    expect(requests[0]?.[1]).toMatchObject({ method: 'POST', body: '{}', headers: HEADERS })
  })

  it.each([307, 308])('cannot send a stream again after %d', async (status) => {
    const given = { method: 'POST', body: new ReadableStream(), duplex: 'half' } as const
    const { outcome, requests } = await send([to('/next', status), good()], 'same-origin', given)
    expect(outcome.failure).toEqual({
      reason: 'network',
      message: 'was redirected, but its body is a stream that can be sent only once',
    })
    expect(requests).toHaveLength(1)
  })

  it('omits a stream if it is a GET', async () => {
    const given = { method: 'POST', body: new ReadableStream(), duplex: 'half' } as const
    const { requests } = await send([to('/next', 303), good()], 'same-origin', given)
    expect(requests[1]?.[1]).not.toHaveProperty('body')
    expect(requests[1]?.[1]).not.toHaveProperty('duplex')
  })
})

describe('fetch that follows or hides redirects', () => {
  const hidden = { type: 'opaqueredirect', status: 0, url: START, headers: new Headers(), body: null }

  it('has hidden redirects rejected, as in a browser', async () => {
    for (const allowed of ['same-origin', 'error'] as const) {
      expect((await send([hidden], allowed)).outcome.failure).toMatchObject({
        reason: 'redirect',
        message: 'was redirected, which option "redirect" forbids. The browser hides the target',
        status: undefined,
      })
    }
  })

  const headers = new Headers({ 'Content-Type': 'text/event-stream' })
  it('has its response rejected and canceled if it followed a redirect to another origin', async () => {
    const cancel = vi.fn()
    const answer = {
      status: 200,
      url: 'http://b.test/x?y',
      headers,
      body: new ReadableStream({ cancel }),
      redirected: true,
    }
    for (const allowed of ['same-origin', 'error'] as const) {
      expect((await send([answer], allowed)).outcome.failure).toMatchObject({
        reason: 'redirect',
        message: 'was redirected to http://b.test/x, which option "redirect" forbids',
      })
    }
    expect(cancel).toHaveBeenCalled()
  })

  it('may follow a same-origin redirect with "same-origin" but not with "error"', async () => {
    const answer = { status: 200, url: 'http://a.test/next', headers, body: null, redirected: true }
    expect((await send([answer])).outcome.response).toBe(answer)
    expect((await send([answer], 'error')).outcome.failure).toMatchObject({ reason: 'redirect' })
  })

  it.each([[undefined], [''], [START], ['about:blank']])(
    'has its response returned if the URL is the same: %s',
    async (url) => {
      const answer = { status: 200, url, headers, body: null }
      for (const allowed of ['same-origin', 'error'] as const) {
        expect((await send([answer], allowed)).outcome.response).toBe(answer)
      }
    },
  )

  it("has its response returned if its URL is invalid, because the request's URL is used", async () => {
    const answer = { status: 200, url: 'http://[', headers, body: null }
    expect((await send([answer])).outcome.response).toBe(answer)
  })

  it('may ignore the signal: no redirect is followed after an abort', async () => {
    const controller = new AbortController()
    const fetch = vi.fn(() => {
      controller.abort()
      return Promise.resolve(to('/next'))
    })
    const init: FetchLikeInit = { method: 'GET', redirect: 'manual', headers: {}, signal: controller.signal }
    await followRedirects(fetch, [START, init], 'same-origin').catch(() => undefined)
    expect(fetch).toHaveBeenCalledOnce()
  })
})

const STATUSES = [301, 302, 303, 307, 308]

const START = 'http://a.test/start?q=1'
const HEADERS = {
  Authorization: 'Bearer x',
  'content-type': 'application/json',
  'Content-Length': '2',
  'Content-Encoding': 'gzip',
  'Content-Language': 'en',
  'Content-Location': '/',
  'X-Content': '1',
}

interface Sent {
  outcome: { response?: unknown; failure?: Failure }
  requests: [url: string, init: FetchLikeInit][]
  answers: FetchLikeResponse[]
}

/** Sends a request that gets these responses. The last one repeats. */
async function send(
  answers: unknown[],
  allowed: 'error' | 'same-origin' = 'same-origin',
  given: Partial<FetchLikeInit> = {},
): Promise<Sent> {
  const { signal } = new AbortController()
  const requests: Sent['requests'] = []
  const fetch = (...request: [string, FetchLikeInit]): Promise<FetchLikeResponse> => {
    requests.push(request)
    return Promise.resolve(answers[Math.min(requests.length, answers.length) - 1] as FetchLikeResponse)
  }
  const init = { method: 'GET', redirect: 'manual', headers: HEADERS, signal, ...given } as const
  const outcome = await followRedirects(fetch, [START, init], allowed).then(
    (response: unknown) => ({ response }),
    (error: unknown) => {
      if (error instanceof AttemptError) return { failure: error.failure }
      throw error
    },
  )
  return { outcome, requests, answers: answers as FetchLikeResponse[] }
}

function to(location: string, status = 302): Response {
  return new Response('moved', { status, headers: { location } })
}

const good = (): Response => new Response('good')
