/** What differs between the runtimes' fetch, with stand-ins for other runtimes. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { acceptedMembers, dropsHeader, hasForbiddenHeaders, noTimeoutInit } from '../../../src/platform/fetch.ts'
import { noTimeoutDispatcher } from '../../../src/platform/node-dispatcher.ts'
import { initError, probeStreamSupport } from '../../../src/platform/request-probes.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A `Request` that throws for these members and guards these headers. */
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

describe('the members that a runtime accepts', () => {
  const init = { mode: 'cors', credentials: 'include', cache: 'no-store' }

  it('are the object itself where it accepts them all', () => {
    stubRequest([])
    expect(acceptedMembers(init)).toBe(init)
  })

  it('are the others where it throws for some', () => {
    stubRequest(['mode', 'credentials'])
    expect(acceptedMembers(init)).toEqual({ cache: 'no-store' })
    expect(init).toHaveProperty('mode')
  })

  it('are none where it throws for all', () => {
    stubRequest(['mode', 'credentials', 'cache'])
    expect(acceptedMembers(init)).toEqual({})
  })

  it('are all where there is no Request to ask', () => {
    vi.stubGlobal('Request', undefined)
    expect(acceptedMembers(init)).toBe(init)
  })

  it('are probed again where `Request` is replaced', () => {
    stubRequest(['mode'])
    expect(acceptedMembers(init)).not.toHaveProperty('mode')
    stubRequest([])
    expect(acceptedMembers(init)).toHaveProperty('mode')
  })
})

describe("the browsers' rules for headers", () => {
  it('hold where Request drops an Origin of the caller', () => {
    stubRequest([], ['Origin'])
    expect(hasForbiddenHeaders()).toBe(true)
  })

  it('do not hold where it keeps it, as in Node', () => {
    expect(hasForbiddenHeaders()).toBe(false)
  })

  it('do not hold where there is no Request', () => {
    vi.stubGlobal('Request', undefined)
    expect(hasForbiddenHeaders()).toBe(false)
  })
})

describe('a header that a runtime drops', () => {
  it('is one that its Request leaves out', () => {
    stubRequest([], ['Origin', 'Cookie'])
    expect(dropsHeader('Cookie')).toBe(true)
    expect(dropsHeader('cookie')).toBe(true)
    expect(dropsHeader('X-Cookie')).toBe(false)
  })

  it.each(['Cookie', 'Origin', 'Referer', 'User-Agent', 'X-Header'])('is none of %s in Node', (name) => {
    expect(dropsHeader(name)).toBe(false)
  })
})

describe('what a runtime has against an init', () => {
  it('is nothing where its Request takes it', () => {
    expect(initError({ keepalive: true, referrerPolicy: 'no-referrer', dispatcher: {} })).toBeUndefined()
  })

  it('is what it says where it throws', () => {
    expect(initError({ referrerPolicy: 'x' })).toMatch(/x is not an accepted type/)
  })

  it('is nothing where there is no Request to ask', () => {
    vi.stubGlobal('Request', undefined)
    expect(initError({ referrerPolicy: 'x' })).toBeUndefined()
  })
})

describe('a stream as the body of a request', () => {
  it('can be sent in Node', () => {
    expect(probeStreamSupport()).toBe(true)
  })

  it('cannot where Request makes a text of it, and so has a Content-Type for it', () => {
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

  it('can, for all we know, where there is no Request', () => {
    vi.stubGlobal('Request', undefined)
    expect(probeStreamSupport()).toBe(true)
  })
})

/** Any but that of undici, which looks for a dispatcher. */
class RequestWithoutDispatcher extends Request {
  constructor(url: string, { keepalive = false }: RequestInit = {}) {
    super(url, { keepalive })
  }
}

describe("the caller's members", () => {
  const callers = { keepalive: true, timeout: 5_000, dispatcher: { dispatch: vi.fn(() => true) } }

  it('go along in Node, with their dispatcher without its timeouts', () => {
    const members = noTimeoutInit(callers) as typeof callers
    expect(members).toMatchObject({ keepalive: true, timeout: 5_000 })
    expect(members.dispatcher).not.toBe(callers.dispatcher)
    members.dispatcher.dispatch()
    expect(callers.dispatcher.dispatch).toHaveBeenCalledOnce()
  })

  it('go along in Bun, where their `timeout` wins', () => {
    vi.stubGlobal('process', { versions: { bun: '1.4.5' } })
    vi.stubGlobal('Bun', {})
    vi.stubGlobal('Request', RequestWithoutDispatcher)
    expect(noTimeoutInit({})).toEqual({ timeout: false })
    const own: object = { timeout: 5 }
    expect(noTimeoutInit(own)).toEqual(own)
  })

  it('lose the timeouts of their dispatcher wherever it is: it is for a fetch of the caller’s that takes it', () => {
    vi.stubGlobal('process', undefined)
    vi.stubGlobal('Request', undefined)
    const dispatch = vi.fn<(options: object, handler: object) => boolean>(() => true)
    const given = { dispatcher: { dispatch } }
    const { dispatcher } = noTimeoutInit(given) as typeof given
    dispatcher.dispatch({ path: '/' }, {})
    expect(dispatch).toHaveBeenCalledWith({ path: '/', bodyTimeout: 0, headersTimeout: 0 }, {})
  })

  it('go along as they are elsewhere, even where the process of Workers names a version of undici', () => {
    vi.stubGlobal('Request', RequestWithoutDispatcher)
    for (const process of [undefined, { versions: { undici: '' } }, { versions: { undici: '7.0.0' } }]) {
      vi.stubGlobal('process', process)
      const members: object = { keepalive: true }
      expect(noTimeoutInit(members)).toBe(members)
    }
  })
})

describe('the dispatcher without timeouts', () => {
  const ignore = (): undefined => undefined
  const OLD = Symbol.for('undici.globalDispatcher.1')
  const NEW = Symbol.for('undici.globalDispatcher.2')
  const installed = globalThis as unknown as Record<symbol, object | undefined>
  const own = { [OLD]: installed[OLD], [NEW]: installed[NEW] }

  // Properties that cannot be configured, but written: vi.stubGlobal cannot stub them.
  function stubDispatchers(old: object | undefined, recent: object | undefined): void {
    installed[OLD] = old
    installed[NEW] = recent
  }

  afterEach(() => {
    stubDispatchers(own[OLD], own[NEW])
  })

  it("goes around none but the caller's in edge-runtime, where the global one is out of sight", () => {
    stubDispatchers(undefined, undefined)
    expect(noTimeoutInit({})).toEqual({})
    const callers = { dispatcher: { dispatch: () => true } }
    expect((noTimeoutInit(callers) as typeof callers).dispatcher).not.toBe(callers.dispatcher)
  })

  it('passes the request on without time limits', () => {
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

  it('uses the one that there is', () => {
    const dispatch = vi.fn(() => true)
    stubDispatchers({ dispatch }, undefined)
    noTimeoutDispatcher(undefined).dispatch({}, { onRequestStart: ignore })
    stubDispatchers(undefined, { dispatch })
    noTimeoutDispatcher(undefined).dispatch({}, { onConnect: ignore })
    expect(dispatch).toHaveBeenCalledTimes(2)
  })

  it('calls it as a method of itself', () => {
    const dispatcher = {
      dispatch(this: unknown): boolean {
        return this === dispatcher
      },
    }
    stubDispatchers(dispatcher, undefined)
    expect(noTimeoutDispatcher(undefined).dispatch({}, {})).toBe(true)
  })

  it("passes on to the caller's instead, whatever is installed", () => {
    const dispatch = vi.fn(() => true)
    const global = vi.fn(() => true)
    stubDispatchers({ dispatch: global }, { dispatch: global })
    const handler = { onRequestStart: ignore }
    expect(noTimeoutDispatcher({ dispatch }).dispatch({ path: '/', bodyTimeout: 700 }, handler)).toBe(true)
    expect(dispatch).toHaveBeenCalledExactlyOnceWith({ path: '/', bodyTimeout: 0, headersTimeout: 0 }, handler)
    expect(global).not.toHaveBeenCalled()
  })

  it("calls the caller's as a method of itself, and passes its answer on", () => {
    const dispatcher = {
      dispatch(this: unknown): boolean {
        return this !== dispatcher
      },
    }
    expect(noTimeoutDispatcher(dispatcher).dispatch({}, {})).toBe(false)
  })

  it('looks for the installed one at each request', () => {
    const used: string[] = []
    const dispatcher = noTimeoutDispatcher(undefined)
    for (const name of ['first', 'second']) {
      stubDispatchers({ dispatch: () => used.push(name) }, undefined)
      dispatcher.dispatch({}, {})
    }
    expect(used).toEqual(['first', 'second'])
  })

  it('says so where there is none', () => {
    stubDispatchers(undefined, undefined)
    expect(() => noTimeoutDispatcher(undefined).dispatch({}, {})).toThrow('undici has no global dispatcher')
  })
})
