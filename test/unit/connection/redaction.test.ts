/** Collecting the secrets of a request and redacting them from causes of errors. */

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readHeaders, type RequestHeaders } from '../../../src/connection/headers.ts'
import { redactCause, secretsOf } from '../../../src/connection/redaction.ts'

const SECRETS = ['Bearer token-1234', 'token-1234', '?key=query-secret', 'password']

/** The cause for an exception from the runtime. */
function causeOf(cause: unknown, secrets: string[]): unknown {
  return redactCause({ reason: 'network', message: 'failed', cause }, secrets).cause
}

function codeOf(cause: unknown): string | undefined {
  return redactCause({ reason: 'network', message: 'failed', cause }, []).code
}

/** Everything readable in a value. */
function textOf(value: unknown): string {
  return `${String(value)} ${inspect(value, { depth: Infinity })} ${JSON.stringify([value])}`
}

/** The cause for an exception from a caller's function. */
function causeOfCaller(cause: unknown): unknown {
  return redactCause({ reason: 'request', message: 'failed', cause, fromCaller: true }, SECRETS).cause
}

describe('exception from the runtime', () => {
  it('is copied with its name, message, stack, code and causes', () => {
    const inner = Object.assign(new Error('inner'), { code: 'ECONNRESET' })
    const error = new TypeError('fetch failed', { cause: inner })
    const cause = causeOf(error, SECRETS) as Error
    expect(cause).not.toBe(error)
    expect(cause).toMatchObject({ name: 'TypeError', message: 'fetch failed', stack: error.stack })
    expect(cause.cause).toMatchObject({ name: 'Error', message: 'inner', code: 'ECONNRESET' })
    expect(cause).toBeInstanceOf(Error)
  })

  it('keeps the digest by which Next.js recognizes its own errors, without secrets', () => {
    const digestOf = (digest: unknown): unknown =>
      (causeOf(Object.assign(new Error('x'), { digest }), SECRETS) as { digest?: unknown }).digest
    expect(digestOf('DYNAMIC_SERVER_USAGE')).toBe('DYNAMIC_SERVER_USAGE')
    expect(digestOf('NEXT_REDIRECT;push;/?key=query-secret')).not.toContain('query-secret')
    expect(digestOf(1)).toBeUndefined()
  })

  it.each([
    ['a header', new Error('sent Authorization: Bearer token-1234'), 'sent Authorization: …'],
    ['a token without its scheme', new Error('token-1234 is bad'), '… is bad'],
    ['a query', new Error('GET /x?key=query-secret'), 'GET /x…'],
    ['a URL', new Error('GET http://u:p@a.test/x?y#z failed'), 'GET http://a.test/x failed'],
    ['a URL in brackets', new Error('(http://a.test/x?y)'), '(http://a.test/x)'],
    ['a data URL', new Error('data:text/plain,x failed'), 'data:… failed'],
    ['each of several', new Error('password, password'), '…, …'],
  ])('is copied without secrets: %s', (_, error, message) => {
    expect(causeOf(error, SECRETS)).toHaveProperty('message', message)
    const outer = causeOf(new TypeError('x', { cause: error }), SECRETS) as Error
    expect(outer.cause).toHaveProperty('message', message)
  })

  it('is copied without the rest of a secret that starts with another secret', () => {
    const { message } = causeOf(new Error('log in as admin: admin-1234'), ['admin', 'admin-1234']) as Error
    expect(message).not.toContain('1234')
  })

  it('is copied without its other members', () => {
    const error = Object.assign(new Error('x'), { request: { headers: SECRETS }, options: SECRETS })
    expect(Object.keys(causeOf(error, SECRETS) as Error)).toEqual([])
  })

  it('may be a string', () => {
    expect(causeOf('no password', SECRETS)).toBe('no …')
  })

  it.each([[undefined], [null], [7], [true], [{ message: 'password' }], [['password']], [Symbol('password')]])(
    'is omitted if it is neither an error nor a string: %s',
    (error) => {
      expect(causeOf(error, SECRETS)).toBeUndefined()
    },
  )

  it('is copied with at most five causes', () => {
    const round = new Error('round')
    round.cause = round
    let depth = 0
    for (let cause = causeOf(round, []); cause instanceof Error; cause = cause.cause) depth++
    expect(depth).toBe(5)
  })

  it('is omitted if one of its getters throws', () => {
    const evil = new Error('x')
    Object.defineProperty(evil, 'message', {
      get() {
        throw new Error('no')
      },
    })
    expect(causeOf(evil, SECRETS)).toBeUndefined()
    expect(causeOfCaller(evil)).toBeUndefined()
  })
})

describe("exception from a caller's function", () => {
  class TokenError extends Error {
    readonly retry = true
  }

  class HidingError extends Error {
    override get cause(): unknown {
      return new Error('token-1234')
    }
  }

  it('may be its own cause', () => {
    class OwnCause extends Error {
      override get cause(): unknown {
        return this
      }
    }
    expect(causeOfCaller(new OwnCause('x'))).toBeInstanceOf(Error)
  })

  it.each([
    ['an error of a custom class', new TokenError('no token')],
    ['an error with a cause', new Error('x', { cause: new Error('y') })],
    ['an error with members', Object.assign(new Error('x'), { status: 401, headers: { a: 'b' }, list: ['c'] })],
    ['an object', { status: 401 }],
    ['a string', 'no token'],
    [
      'one with a URL that is not normalized',
      new Error('GET https://auth.example.com:443, HTTP://A.test/ü/../x failed'),
    ],
    ['one with a URL in a member', Object.assign(new Error('x'), { endpoint: 'https://auth.example.com' })],
    ['a number', 7],
    ['null', null],
    ['undefined', undefined],
  ])('is passed unchanged: %s', (_, thrown) => {
    expect(causeOfCaller(thrown)).toBe(thrown)
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
    ['in a cause defined by its class', new HidingError()],
    ['in the digest', Object.assign(new Error('x'), { digest: 'token-1234' })],
    ['in the code', Object.assign(new Error('x'), { code: 'token-1234' })],
    ['deeply nested', Object.assign(new Error('x'), { a: { b: { c: { d: { e: { f: 'token-1234' } } } } } })],
    ['in an object', { token: 'token-1234' }],
    ['in a string', 'token-1234'],
  ])('is replaced by a redacted copy if it contains a secret: %s', (_, thrown) => {
    const cause = causeOfCaller(thrown)
    expect(cause).not.toBe(thrown)
    expect(textOf(cause)).not.toMatch(/token-1234|query-secret/)
    if (thrown instanceof Error) expect(cause).toBeInstanceOf(Error)
  })
})

describe('error code', () => {
  it('is the outermost in the chain of causes', () => {
    const inner = Object.assign(new Error('x'), { code: 'INNER' })
    expect(codeOf(new Error('x', { cause: inner }))).toBe('INNER')
    expect(codeOf(Object.assign(new Error('x', { cause: inner }), { code: 'OUTER' }))).toBe('OUTER')
    expect(codeOf(new Error('x'))).toBeUndefined()
    expect(codeOf('x')).toBeUndefined()
  })
})

function secretsIn(url: string, headers: RequestHeaders = {}): string[] {
  return secretsOf(new URL(url), readHeaders(headers, true))
}

describe('secrets of a request', () => {
  it.each([
    ['the value of a header', 'http://a.test/', { 'X-Key': 'key-1' }, ['key-1']],
    ['a token, without its scheme', 'http://a.test/', { Authorization: 'Bearer token' }, ['token']],
    ['each cookie', 'http://a.test/', { Cookie: 'a=cookie-1; b=cookie-2' }, ['cookie-1', 'cookie-2']],
    ['each parameter, decoded or not', 'http://a.test/?a=p%40rameter', {}, ['p%40rameter', 'p@rameter']],
    ['the query', 'http://a.test/?token=x', {}, ['?token=x']],
    ['user and password', 'http://user:p%40ss@a.test/', {}, ['user', 'p%40ss', 'p@ss']],
    ['the Basic credentials built from user and password', 'http://user:password@a.test/', {}, [btoa('user:password')]],
  ])('include %s', (_, url, headers, secrets) => {
    expect(secretsIn(url, headers)).toEqual(expect.arrayContaining(secrets))
  })

  it('are long enough not to match parts of other words', () => {
    expect(secretsIn('http://a:b@a.test/?c', { 'X-Key': 'abc' })).not.toContain('abc')
    expect(secretsIn('http://a:b@a.test/?c').filter(({ length }) => length < 4)).toEqual([])
  })

  it('exclude header names and common words', () => {
    const headers = {
      Authorization: 'Bearer token-1234',
      'Content-Type': 'application/json',
      Accept: 'text/event-stream',
    }
    const secrets = secretsIn('http://a.test/?stream=true&failed=1', headers)
    for (const word of ['Bearer', 'stream', 'failed', 'true', 'application/json', 'text/event-stream']) {
      expect(secrets).not.toContain(word)
    }
  })

  it('exclude path and host', () => {
    expect(secretsIn('http://a.test/path')).toEqual([])
  })
})
