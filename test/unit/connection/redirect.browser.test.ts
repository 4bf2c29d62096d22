/** Redirects in a browser, which hides them from scripts. */

import { describe, expect, it } from 'vitest'
import type * as redirect from '../../../src/connection/redirect.ts'
import * as browserRedirect from '../../../src/connection/redirect.browser.ts'
import { failureOf } from '../support/failures.ts'

// The compiler checks that both modules have the same types.
const { followRedirects }: Pick<typeof redirect, 'followRedirects'> = browserRedirect

function send(response: unknown, allowed: 'error' | 'same-origin' = 'same-origin'): Promise<unknown> {
  return followRedirects(() => Promise.resolve(response as Response), ['http://a.test/', {} as never], allowed)
}

describe('followRedirects of the browser build', () => {
  it('returns a response that is not a redirect', async () => {
    for (const response of [new Response('x'), new Response(null, { status: 304 }), 'text', undefined]) {
      expect(await send(response)).toBe(response)
    }
  })

  it.each([
    ['hidden by the browser', { status: 0, type: 'opaqueredirect' }],
    ['visible through a custom fetch', { status: 302, location: '/next' }],
    ['followed to another origin by a custom fetch', { status: 200, url: 'http://b.test/' }],
  ])(
    'rejects a redirect and cancels its body: %s',
    async (_, { location = null, ...members }: Record<string, unknown>) => {
      let isCanceled = false
      const body = new ReadableStream({ cancel: () => void (isCanceled = true) })
      const headers = { get: () => location }
      const failure = await failureOf(send({ ...members, headers, body }))
      expect(failure).toMatchObject({ reason: 'redirect', status: members.status || undefined, headers })
      const hint = members.status === 0 ? '. The browser hides the target' : ''
      expect(failure.message).toBe(`was redirected, which option "redirect" forbids${hint}`)
      expect(isCanceled).toBe(true)
    },
  )

  it('with "error", rejects a same-origin redirect that a custom fetch has followed', async () => {
    const followed = { status: 200, url: 'http://a.test/next', redirected: true, headers: new Headers(), body: null }
    expect(await send(followed)).toBe(followed)
    expect(await failureOf(send(followed, 'error'))).toMatchObject({ reason: 'redirect' })
  })
})
