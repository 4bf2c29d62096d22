/** The modules of the browser build beside those that they take the place of. */

import { describe, expect, it } from 'vitest'
import type * as redirect from '../../../src/connection/redirect.ts'
import * as browserRedirect from '../../../src/connection/redirect.browser.ts'
import * as platform from '../../../src/platform/platform.ts'
import * as browserPlatform from '../../../src/platform/platform.browser.ts'

describe('platform.browser.ts', () => {
  it('exports what platform.ts does', () => {
    // The compiler compares their types.
    const same: typeof platform = browserPlatform
    expect(Object.keys(same).sort()).toEqual(Object.keys(platform).sort())
  })

  it('leaves out what no browser needs', () => {
    expect(browserPlatform.channels()).toBeUndefined()
    expect(browserPlatform.countedLoop()).toBeUndefined()
    expect(browserPlatform.passesCredentialsOn()).toBe(false)
    expect(browserPlatform.takesDispatchers()).toBe(false)
    const init = { keepalive: true }
    expect(browserPlatform.noTimeoutInit(init)).toBe(init)
    expect(browserPlatform.acceptedMembers(init)).toBe(init)
  })
})

describe('redirect.browser.ts', () => {
  const { followRedirects }: Pick<typeof redirect, 'followRedirects'> = browserRedirect
  const send = (response: unknown, allowed: 'error' | 'same-origin' = 'same-origin') =>
    followRedirects(() => Promise.resolve(response as Response), ['http://a.test/', {} as never], allowed)

  it('returns a response that is not a redirect', async () => {
    for (const response of [new Response('x'), new Response(null, { status: 304 }), 'text', undefined]) {
      expect(await send(response)).toEqual({ response })
    }
  })

  it.each([
    ['one that the browser hides', { status: 0, type: 'opaqueredirect' }],
    ['one that a fetch of the caller shows', { status: 302, location: '/next' }],
    ['one to another origin that a fetch of the caller has followed', { status: 200, url: 'http://b.test/' }],
  ])(
    'refuses a redirect, and cancels its body: %s',
    async (_, { location = null, ...members }: Record<string, unknown>) => {
      let isCanceled = false
      const body = new ReadableStream({ cancel: () => void (isCanceled = true) })
      const outcome = await send({ ...members, headers: { get: () => location }, body })
      expect(outcome).toMatchObject({ failure: { reason: 'redirect', status: members.status || undefined } })
      expect(isCanceled).toBe(true)
    },
  )

  it('refuses with "error" one within the origin that a fetch of the caller has followed', async () => {
    const followed = { status: 200, url: 'http://a.test/next', redirected: true, headers: new Headers(), body: null }
    expect(await send(followed)).toEqual({ response: followed })
    expect(await send(followed, 'error')).toMatchObject({ failure: { reason: 'redirect' } })
  })
})
