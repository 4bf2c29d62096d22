/** Differences between the fetch of runtimes, with stubs for other runtimes. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { acceptedMembers, dropsHeader, hasForbiddenHeaders, noTimeoutInit } from '../../../src/platform/fetch.ts'
import { noTimeoutDispatcher } from '../../../src/platform/node-dispatcher.ts'
import { initError, probeStreamSupport } from '../../../src/platform/request-probes.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A `Request` that throws for these members and drops these headers. */
function stubRequest(rejected: string[], forbidden: string[] = []): void {
  vi.stubGlobal(
    'Request',
    class {
      readonly headers: Headers
      constructor(_url: string, init: RequestInit = {}) {
        for (const name of rejected) {
          if (name in init) throw new TypeError(`The '${name}' field is not implemented.`)
        }
        this.headers = new Headers(init.headers)
        for (const name of forbidden) this.headers.delete(name)
      }
    },
  )
}

describe('acceptedMembers', () => {
  const init = { mode: 'cors', credentials: 'include', cache: 'no-store' }

  it('returns the object itself if the runtime accepts all members', () => {
    stubRequest([])
    expect(acceptedMembers(init)).toBe(init)
  })

  it('returns the other members if the runtime throws for some', () => {
    stubRequest(['mode', 'credentials'])
    expect(acceptedMembers(init)).toEqual({ cache: 'no-store' })
    expect(init).toHaveProperty('mode')
  })

  it('returns no members if the runtime throws for all', () => {
    stubRequest(['mode', 'credentials', 'cache'])
    expect(acceptedMembers(init)).toEqual({})
  })

  it('returns all members if there is no Request', () => {
    vi.stubGlobal('Request', undefined)
    expect(acceptedMembers(init)).toBe(init)
  })

  it('probes again if `Request` is replaced', () => {
    stubRequest(['mode'])
    expect(acceptedMembers(init)).not.toHaveProperty('mode')
    stubRequest([])
    expect(acceptedMembers(init)).toHaveProperty('mode')
  })
})

describe('hasForbiddenHeaders', () => {
  it('is true if Request drops an Origin header', () => {
    stubRequest([], ['Origin'])
    expect(hasForbiddenHeaders()).toBe(true)
  })

  it('is false if Request keeps it, as in Node', () => {
    expect(hasForbiddenHeaders()).toBe(false)
  })

  it('is false if there is no Request', () => {
    vi.stubGlobal('Request', undefined)
    expect(hasForbiddenHeaders()).toBe(false)
  })
})

describe('dropsHeader', () => {
  it('is true for a header that Request drops', () => {
    stubRequest([], ['Origin', 'Cookie'])
    expect(dropsHeader('Cookie')).toBe(true)
    expect(dropsHeader('cookie')).toBe(true)
    expect(dropsHeader('X-Cookie')).toBe(false)
  })

  it.each(['Cookie', 'Origin', 'Referer', 'User-Agent', 'X-Header'])('is false for %s in Node', (name) => {
    expect(dropsHeader(name)).toBe(false)
  })
})

describe('initError', () => {
  it('returns undefined if Request accepts the init', () => {
    expect(initError({ keepalive: true, referrerPolicy: 'no-referrer', dispatcher: {} })).toBeUndefined()
  })

  it('returns the error message if Request throws', () => {
    expect(initError({ referrerPolicy: 'x' })).toMatch(/x is not an accepted type/)
  })

  it('returns undefined if there is no Request', () => {
    vi.stubGlobal('Request', undefined)
    expect(initError({ referrerPolicy: 'x' })).toBeUndefined()
  })
})

describe('probeStreamSupport', () => {
  it('is true in Node', () => {
    expect(probeStreamSupport()).toBe(true)
  })

  it('is false if Request converts a stream to a string, and so sets a Content-Type', () => {
    vi.stubGlobal(
      'Request',
      class extends Request {
        constructor(url: string, init: RequestInit) {
          super(url, { ...init, body: '[object ReadableStream]' })
        }
      },
    )
    expect(probeStreamSupport()).toBe(false)
  })

  it('is true if there is no Request', () => {
    vi.stubGlobal('Request', undefined)
    expect(probeStreamSupport()).toBe(true)
  })
})

/** A fetch other than that of undici, which looks for a dispatcher. */
class RequestWithoutDispatcher extends Request {
  constructor(url: string, { keepalive = false }: RequestInit = {}) {
    super(url, { keepalive })
  }
}

describe('noTimeoutInit', () => {
  const callers = { keepalive: true, timeout: 5_000, dispatcher: { dispatch: vi.fn(() => true) } }

  it('keeps fetchOptions in Node and removes the timeouts of their dispatcher', () => {
    const members = noTimeoutInit(callers) as typeof callers
    expect(members).toMatchObject({ keepalive: true, timeout: 5_000 })
    expect(members.dispatcher).not.toBe(callers.dispatcher)
    members.dispatcher.dispatch()
    expect(callers.dispatcher.dispatch).toHaveBeenCalledOnce()
  })

  it('keeps fetchOptions in Bun, including their `timeout`', () => {
    vi.stubGlobal('process', { versions: { bun: '1.4.5' } })
    vi.stubGlobal('Bun', {})
    vi.stubGlobal('Request', RequestWithoutDispatcher)
    expect(noTimeoutInit({})).toEqual({ timeout: false })
    const own: object = { timeout: 5 }
    expect(noTimeoutInit(own)).toEqual(own)
  })

  it('removes the timeouts of a dispatcher in any runtime, because a custom fetch may use it', () => {
    vi.stubGlobal('process', undefined)
    vi.stubGlobal('Request', undefined)
    const dispatch = vi.fn<(options: object, handler: object) => boolean>(() => true)
    const given = { dispatcher: { dispatch } }
    const { dispatcher } = noTimeoutInit(given) as typeof given
    dispatcher.dispatch({ path: '/' }, {})
    expect(dispatch).toHaveBeenCalledWith({ path: '/', bodyTimeout: 0, headersTimeout: 0 }, {})
  })

  it("keeps fetchOptions unchanged elsewhere, even if Workers' process reports an undici version", () => {
    vi.stubGlobal('Request', RequestWithoutDispatcher)
    for (const process of [undefined, { versions: { undici: '' } }, { versions: { undici: '7.0.0' } }]) {
      vi.stubGlobal('process', process)
      const members: object = { keepalive: true }
      expect(noTimeoutInit(members)).toBe(members)
    }
  })
})

describe('noTimeoutDispatcher', () => {
  const ignore = (): undefined => undefined
  const OLD = Symbol.for('undici.globalDispatcher.1')
  const NEW = Symbol.for('undici.globalDispatcher.2')
  const installed = globalThis as unknown as Record<symbol, object | undefined>
  const own = { [OLD]: installed[OLD], [NEW]: installed[NEW] }

  // vi.stubGlobal cannot stub these properties, which are writable but not configurable.
  function stubDispatchers(old: object | undefined, recent: object | undefined): void {
    installed[OLD] = old
    installed[NEW] = recent
  }

  afterEach(() => {
    stubDispatchers(own[OLD], own[NEW])
  })

  it("wraps only the caller's dispatcher in edge-runtime, where the global one is not accessible", () => {
    stubDispatchers(undefined, undefined)
    expect(noTimeoutInit({})).toEqual({})
    const callers = { dispatcher: { dispatch: () => true } }
    expect((noTimeoutInit(callers) as typeof callers).dispatcher).not.toBe(callers.dispatcher)
  })

  it('passes the request on without timeouts', () => {
    const dispatch = vi.fn(() => true)
    stubDispatchers(undefined, { dispatch })
    const handler = { onRequestStart: ignore }
    expect(noTimeoutDispatcher(undefined).dispatch({ path: '/', bodyTimeout: 700, headersTimeout: 700 }, handler)).toBe(
      true,
    )
    expect(dispatch).toHaveBeenCalledExactlyOnceWith({ path: '/', bodyTimeout: 0, headersTimeout: 0 }, handler)
  })

  it.each([
    ['the one for old handlers', { onConnect: ignore }, 'old'],
    ['the one for new handlers', { onRequestStart: ignore }, 'recent'],
  ])('uses %s', (_, handler, expected) => {
    const used: string[] = []
    stubDispatchers({ dispatch: () => used.push('old') }, { dispatch: () => used.push('recent') })
    noTimeoutDispatcher(undefined).dispatch({}, handler)
    expect(used).toEqual([expected])
  })

  it('uses the only one installed', () => {
    const dispatch = vi.fn(() => true)
    stubDispatchers({ dispatch }, undefined)
    noTimeoutDispatcher(undefined).dispatch({}, { onRequestStart: ignore })
    stubDispatchers(undefined, { dispatch })
    noTimeoutDispatcher(undefined).dispatch({}, { onConnect: ignore })
    expect(dispatch).toHaveBeenCalledTimes(2)
  })

  it('calls the installed dispatcher as a method', () => {
    const dispatcher = {
      dispatch(this: unknown): boolean {
        return this === dispatcher
      },
    }
    stubDispatchers(dispatcher, undefined)
    expect(noTimeoutDispatcher(undefined).dispatch({}, {})).toBe(true)
  })

  it("prefers the caller's dispatcher to an installed one", () => {
    const dispatch = vi.fn(() => true)
    const global = vi.fn(() => true)
    stubDispatchers({ dispatch: global }, { dispatch: global })
    const handler = { onRequestStart: ignore }
    expect(noTimeoutDispatcher({ dispatch }).dispatch({ path: '/', bodyTimeout: 700 }, handler)).toBe(true)
    expect(dispatch).toHaveBeenCalledExactlyOnceWith({ path: '/', bodyTimeout: 0, headersTimeout: 0 }, handler)
    expect(global).not.toHaveBeenCalled()
  })

  it("calls the caller's dispatcher as a method and returns its result", () => {
    const dispatcher = {
      dispatch(this: unknown): boolean {
        return this !== dispatcher
      },
    }
    expect(noTimeoutDispatcher(dispatcher).dispatch({}, {})).toBe(false)
  })

  it('looks up the installed dispatcher for each request', () => {
    const used: string[] = []
    const dispatcher = noTimeoutDispatcher(undefined)
    for (const name of ['first', 'second']) {
      stubDispatchers({ dispatch: () => used.push(name) }, undefined)
      dispatcher.dispatch({}, {})
    }
    expect(used).toEqual(['first', 'second'])
  })

  it('throws if there is none', () => {
    stubDispatchers(undefined, undefined)
    expect(() => noTimeoutDispatcher(undefined).dispatch({}, {})).toThrow('undici has no global dispatcher')
  })
})
