/** What differs between the runtimes' fetch, with stand-ins for other runtimes. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { acceptedMembers, hasForbiddenHeaders } from '../../src/platform/fetch.ts'
import { patientDispatcher } from '../../src/platform/node-dispatcher.ts'

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

  it('are asked for at each call', () => {
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

describe('the patient dispatcher', () => {
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

  it('passes the request on without time limits', () => {
    const dispatch = vi.fn(() => true)
    stubDispatchers(undefined, { dispatch })
    const handler = { onRequestStart: ignore }
    expect(patientDispatcher.dispatch({ path: '/', bodyTimeout: 700, headersTimeout: 700 }, handler)).toBe(true)
    expect(dispatch).toHaveBeenCalledExactlyOnceWith({ path: '/', bodyTimeout: 0, headersTimeout: 0 }, handler)
  })

  it.each([
    ['the one for old handlers', { onConnect: ignore }, 'old'],
    ['the one for new handlers', { onRequestStart: ignore }, 'recent'],
  ])('uses %s', (_, handler, expected) => {
    const used: string[] = []
    stubDispatchers({ dispatch: () => used.push('old') }, { dispatch: () => used.push('recent') })
    patientDispatcher.dispatch({}, handler)
    expect(used).toEqual([expected])
  })

  it('uses the one that there is', () => {
    const dispatch = vi.fn(() => true)
    stubDispatchers({ dispatch }, undefined)
    patientDispatcher.dispatch({}, { onRequestStart: ignore })
    stubDispatchers(undefined, { dispatch })
    patientDispatcher.dispatch({}, { onConnect: ignore })
    expect(dispatch).toHaveBeenCalledTimes(2)
  })

  it('calls it as a method of itself', () => {
    const dispatcher = {
      dispatch(this: unknown): boolean {
        return this === dispatcher
      },
    }
    stubDispatchers(dispatcher, undefined)
    expect(patientDispatcher.dispatch({}, {})).toBe(true)
  })

  it('says so where there is none', () => {
    stubDispatchers(undefined, undefined)
    expect(() => patientDispatcher.dispatch({}, {})).toThrow('No global dispatcher')
  })
})
