/** The request after a redirect, and redirects that a fetch does not leave to us. */

import { describe, expect, it, vi } from 'vitest'
import type { FetchLikeInit } from '../../../src/connection/request.ts'
import { sendByHand } from '../../../src/connection/redirect.ts'
import { good, HEADERS, send, START, to } from '../support/redirects.ts'

describe('the method and the body of the next request', () => {
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

  it.each(AFTER)('%s after %d is %s', async (method, status, next) => {
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

  it('leaves the first request as it was', async () => {
    const { requests } = await send([to('/next', 303), good()], 'same-origin', { method: 'POST', body: '{}' })
    expect(requests[0]?.[1]).toMatchObject({ method: 'POST', body: '{}', headers: HEADERS })
  })

  it.each([307, 308])('a stream cannot be sent again after %d', async (status) => {
    const given = { method: 'POST', body: new ReadableStream(), duplex: 'half' } as const
    const { outcome, requests } = await send([to('/next', status), good()], 'same-origin', given)
    expect(outcome).toEqual({
      failure: { reason: 'network', what: 'was redirected, but its body is a stream, which can be sent only once' },
    })
    expect(requests).toHaveLength(1)
  })

  it('a stream is left behind where the next request is a GET', async () => {
    const given = { method: 'POST', body: new ReadableStream(), duplex: 'half' } as const
    const { requests } = await send([to('/next', 303), good()], 'same-origin', given)
    expect(requests[1]?.[1]).not.toHaveProperty('body')
    expect(requests[1]?.[1]).not.toHaveProperty('duplex')
  })
})

describe('a fetch that has its own way', () => {
  const hidden = { type: 'opaqueredirect', status: 0, url: START, headers: new Headers(), body: null }

  it('hides redirects, as that of a browser does: they are refused', async () => {
    const { outcome } = await send([hidden])
    expect(outcome).toMatchObject({
      failure: {
        reason: 'redirect',
        what: 'was redirected, and where to is hidden from scripts here, so that the option "redirect" refuses it',
      },
    })
    expect((await send([hidden], 'error')).outcome).toMatchObject({
      failure: { reason: 'redirect', what: 'was redirected, which the option "redirect" refuses' },
    })
  })

  const headers = new Headers({ 'Content-Type': 'text/event-stream' })
  it('follows to another origin: its response is refused and discarded', async () => {
    const cancel = vi.fn()
    const answer = {
      status: 200,
      url: 'http://b.test/x?y',
      headers,
      body: new ReadableStream({ cancel }),
      redirected: true,
    }
    for (const allowed of ['same-origin', 'error'] as const) {
      expect((await send([answer], allowed)).outcome).toMatchObject({
        failure: { reason: 'redirect', what: 'was redirected to http://b.test/x, which the option "redirect" refuses' },
      })
    }
    expect(cancel).toHaveBeenCalled()
  })

  it('follows within the origin: that is what "same-origin" allows and "error" refuses', async () => {
    const answer = { status: 200, url: 'http://a.test/next', headers, body: null, redirected: true }
    expect((await send([answer])).outcome).toEqual({ response: answer })
    expect((await send([answer], 'error')).outcome).toMatchObject({ failure: { reason: 'redirect' } })
  })

  it.each([[undefined], [''], [START], ['about:blank']])('has no URL that says otherwise: %s', async (url) => {
    const answer = { status: 200, url, headers, body: null }
    for (const allowed of ['same-origin', 'error'] as const) {
      expect((await send([answer], allowed)).outcome).toEqual({ response: answer })
    }
  })

  it('has a URL that is none: that of the request counts', async () => {
    const answer = { status: 200, url: 'http://[', headers, body: null }
    expect((await send([answer])).outcome).toEqual({ response: answer })
  })

  it('knows nothing of signals: no redirect is followed once it is aborted', async () => {
    const controller = new AbortController()
    const fetch = vi.fn(() => {
      controller.abort()
      return Promise.resolve(to('/next'))
    })
    const init: FetchLikeInit = { method: 'GET', redirect: 'manual', headers: {}, signal: controller.signal }
    await sendByHand(fetch, [START, init], 'same-origin').catch(() => undefined)
    expect(fetch).toHaveBeenCalledOnce()
  })
})
