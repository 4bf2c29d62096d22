/** The cause of a ConnectionError: no secret of the request can be read in it. */

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { CallerError } from '../../../src/connection/caller-error.ts'
import { presentCause } from '../../../src/connection/cause.ts'

const SECRETS = ['Bearer token-1234', 'token-1234', '?key=query-secret', 'password']

function shownCause(error: unknown, secrets: string[]): unknown {
  return presentCause(error, secrets).cause
}

function codeOf(error: unknown): string | undefined {
  return presentCause(error, []).code
}

/** All that can be read of a value. */
function textOf(value: unknown): string {
  return `${String(value)} ${inspect(value, { depth: Infinity })} ${JSON.stringify([value])}`
}

/** What a caller's function threw, as the cause. */
function presentCallers(thrown: unknown, secrets = SECRETS): unknown {
  return shownCause(new CallerError('failed', thrown), secrets)
}

describe('what a runtime said', () => {
  it('is a copy: name, message, stack, code and causes', () => {
    const inner = Object.assign(new Error('inner'), { code: 'ECONNRESET' })
    const error = new TypeError('fetch failed', { cause: inner })
    const cause = shownCause(error, SECRETS) as Error
    expect(cause).not.toBe(error)
    expect(cause).toMatchObject({ name: 'TypeError', message: 'fetch failed', stack: error.stack })
    expect(cause.cause).toMatchObject({ name: 'Error', message: 'inner', code: 'ECONNRESET' })
    expect(cause).toBeInstanceOf(Error)
  })

  it.each([
    ['a header', new Error('sent Authorization: Bearer token-1234'), 'sent Authorization: …'],
    ['a token without its scheme', new Error('token-1234 is bad'), '… is bad'],
    ['a query', new Error('GET /x?key=query-secret'), 'GET /x…'],
    ['a URL', new Error('GET http://u:p@a.test/x?y#z failed'), 'GET http://a.test/x failed'],
    ['a URL in brackets', new Error('(http://a.test/x?y)'), '(http://a.test/x)'],
    ['a data URL', new Error('data:text/plain,x failed'), 'data:… failed'],
    ['each of several', new Error('password, password'), '…, …'],
  ])('shows no secret: %s', (_, error, message) => {
    expect(shownCause(error, SECRETS)).toHaveProperty('message', message)
    const outer = shownCause(new TypeError('x', { cause: error }), SECRETS) as Error
    expect(outer.cause).toHaveProperty('message', message)
  })

  it('shows no rest of a secret that begins with another', () => {
    const { message } = shownCause(new Error('log in as admin: admin-1234'), ['admin', 'admin-1234']) as Error
    expect(message).not.toContain('1234')
  })

  it('loses what else it carried', () => {
    const error = Object.assign(new Error('x'), { request: { headers: SECRETS }, options: SECRETS })
    expect(Object.keys(shownCause(error, SECRETS) as Error)).toEqual([])
  })

  it('may be a text', () => {
    expect(shownCause('no password', SECRETS)).toBe('no …')
  })

  it.each([[undefined], [null], [7], [true], [{ message: 'password' }], [['password']], [Symbol('password')]])(
    'is left out where it is neither: %s',
    (error) => {
      expect(shownCause(error, SECRETS)).toBeUndefined()
    },
  )

  it('ends after a few causes, however many there are', () => {
    const round = new Error('round')
    round.cause = round
    let depth = 0
    for (let cause = shownCause(round, []); cause instanceof Error; cause = cause.cause) depth++
    expect(depth).toBe(5)
  })

  it('is nothing where to look at it throws', () => {
    const evil = new Error('x')
    Object.defineProperty(evil, 'message', {
      get() {
        throw new Error('no')
      },
    })
    expect(shownCause(evil, SECRETS)).toBeUndefined()
    expect(presentCallers(evil)).toBeUndefined()
  })
})

describe('what a function of the caller threw', () => {
  class TokenError extends Error {
    readonly retry = true
  }

  it.each([
    ['an error of their own class', new TokenError('no token')],
    ['an error with a cause', new Error('x', { cause: new Error('y') })],
    ['an error with members', Object.assign(new Error('x'), { status: 401, headers: { a: 'b' }, list: ['c'] })],
    ['an object', { status: 401 }],
    ['a text', 'no token'],
    ['a number', 7],
    ['null', null],
    ['nothing', undefined],
  ])('stays itself: %s', (_, thrown) => {
    expect(presentCallers(thrown)).toBe(thrown)
  })

  it.each([
    ['in the message', new TokenError('token-1234 has expired')],
    ['in a cause', new Error('x', { cause: new Error('token-1234') })],
    ['in a member', Object.assign(new Error('x'), { token: 'token-1234' })],
    ['in a member of a member', Object.assign(new Error('x'), { request: { headers: { a: 'Bearer token-1234' } } })],
    ['in a list', Object.assign(new Error('x'), { sent: ['Bearer token-1234'] })],
    ['in a URL', new Error('GET http://a.test/?key=query-secret')],
    ['in a URL object', Object.assign(new Error('x'), { url: new URL('http://a.test/?key=query-secret') })],
    ['in Headers', Object.assign(new Error('x'), { headers: new Headers({ Authorization: 'Bearer token-1234' }) })],
    ['in a Map', Object.assign(new Error('x'), { headers: new Map([['Authorization', 'Bearer token-1234']]) })],
    ['in a Set', Object.assign(new Error('x'), { tokens: new Set(['token-1234']) })],
    ['in a Request', Object.assign(new Error('x'), { request: new Request('http://a.test/?key=query-secret') })],
    ['in an AggregateError', new AggregateError([new Error('token-1234')], 'x')],
    ['in the code', Object.assign(new Error('x'), { code: 'token-1234' })],
    ['deep down', Object.assign(new Error('x'), { a: { b: { c: { d: { e: { f: 'token-1234' } } } } } })],
    ['in an object', { token: 'token-1234' }],
    ['in a text', 'token-1234'],
  ])('is a cleaned copy where a secret shows: %s', (_, thrown) => {
    const cause = presentCallers(thrown)
    expect(cause).not.toBe(thrown)
    expect(textOf(cause)).not.toMatch(/token-1234|query-secret/)
    if (thrown instanceof Error) expect(cause).toBeInstanceOf(Error)
  })
})

describe('the code of the system', () => {
  it('is the first in the chain', () => {
    const inner = Object.assign(new Error('x'), { code: 'INNER' })
    expect(codeOf(new Error('x', { cause: inner }))).toBe('INNER')
    expect(codeOf(Object.assign(new Error('x', { cause: inner }), { code: 'OUTER' }))).toBe('OUTER')
    expect(codeOf(new Error('x'))).toBeUndefined()
    expect(codeOf('x')).toBeUndefined()
  })
})
