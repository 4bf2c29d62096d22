/** ConnectionError: what it says, and what it does not. */

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { connectionErrorOf, type FailedRequest } from '../../../src/connection/connection-error.ts'
import { ConnectionError, type ConnectionErrorInit, ErrorEvent } from '../../../src/index.ts'
import { serve } from '../support/server.ts'
import { nextError, open } from '../support/sources.ts'

const URL_WITH_SECRETS = 'http://user:pass-word@a.test:8080/path?token=query-secret#fragment-secret'

function requestOf(url: string | URL): FailedRequest {
  return { url: new URL(url), attempt: 1, secrets: [] }
}

function errorWith(cause?: unknown, url = URL_WITH_SECRETS): ConnectionError {
  return connectionErrorOf(requestOf(url), { reason: 'network', message: 'could not be reached', cause })
}

describe('a ConnectionError', () => {
  it('is an Error of its own name', () => {
    expect(errorWith()).toBeInstanceOf(Error)
    expect(errorWith().name).toBe('ConnectionError')
    expect(Object.prototype.propertyIsEnumerable.call(ConnectionError.prototype, 'name')).toBe(false)
    expect(errorWith().stack).toMatch(/^ConnectionError: The event stream at /)
  })

  it('reads as a sentence: which stream, and what happened', () => {
    expect(errorWith().message).toBe('The event stream at http://a.test:8080/path could not be reached')
  })

  it('names the code of the system where there is one', () => {
    const cause = new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) })
    expect(errorWith(cause).message).toBe(
      'The event stream at http://a.test:8080/path could not be reached (ECONNREFUSED)',
    )
  })

  it('has the facts: reason, status, attempt, cause', () => {
    const request = { ...requestOf('http://a.test/'), attempt: 7 }
    const error = connectionErrorOf(request, { reason: 'status', message: 'x', status: 404, retryAfter: 5_000 })
    expect(error).toMatchObject({ reason: 'status', status: 404, code: undefined, cause: undefined })
    expect(error).toMatchObject({ attempt: 7, retryAfter: 5_000 })
    const cause = new Error('why')
    expect(errorWith(cause).cause).toMatchObject({ name: 'Error', message: 'why' })
  })
})

describe('one that a test makes', () => {
  it('has the message and the members that it was given', () => {
    const init: ConnectionErrorInit = {
      reason: 'status',
      status: 503,
      code: 'ECONNREFUSED',
      retryAfter: 2_000,
      attempt: 3,
      url: 'http://a.test/',
      headers: new Headers({ a: 'b' }),
      body: 'busy',
      bodyTruncated: true,
      endedMidEvent: true,
      cause: new Error('why'),
    }
    const error = new ConnectionError('The server is busy', init)
    const members = Object.fromEntries(Object.keys(init).map((name) => [name, error[name as keyof typeof init]]))
    expect(members).toStrictEqual(init)
    expect(error.message).toBe('The server is busy')
    expect(error).toBeInstanceOf(ConnectionError)
  })

  it('has the name of its class', () => {
    expect(ConnectionError.name).toBe('ConnectionError')
  })

  it('needs none of them', () => {
    const error = new ConnectionError()
    expect(error).toMatchObject({ message: '', reason: 'network', attempt: 1, url: '', status: undefined })
    expect(error).toMatchObject({ bodyTruncated: false, endedMidEvent: false, body: undefined, cause: undefined })
  })

  it('can be the error of an event', () => {
    const event = new ErrorEvent('error', new ConnectionError('gone', { status: 410 }), 500)
    expect(event).toMatchObject({ message: 'gone', status: 410, willReconnect: true, delay: 500 })
  })
})

describe('its URL', () => {
  it('is without user and password, with query and fragment', () => {
    expect(errorWith().url).toBe('http://a.test:8080/path?token=query-secret#fragment-secret')
  })

  it('is not enumerable', () => {
    expect(Object.keys(errorWith())).not.toContain('url')
    expect(Object.getOwnPropertyDescriptor(errorWith(), 'url')).toMatchObject({ enumerable: false, writable: true })
  })

  it('leaves the one it was made from alone', () => {
    const url = new URL(URL_WITH_SECRETS)
    const request = { url, attempt: 1, secrets: [] }
    expect(connectionErrorOf(request, { reason: 'ended', message: 'x' })).toHaveProperty('url')
    expect(url.href).toBe(URL_WITH_SECRETS)
  })
})

describe('no secret of the URL shows', () => {
  const inner = Object.assign(new Error(`cannot reach (${URL_WITH_SECRETS})`), { code: 'X', path: URL_WITH_SECRETS })
  const error = errorWith(new TypeError(`fetch failed: ${URL_WITH_SECRETS}`, { cause: inner }))

  it('while the rest of the cause does', () => {
    expect(error.code).toBe('X')
    expect(error.cause).toMatchObject({ name: 'TypeError', cause: { name: 'Error', code: 'X' } })
    expect(String(error.cause)).toMatch(/^TypeError: fetch failed: http.*$/)
  })

  it.each([
    ['in the message', error.message],
    ['in the stack', error.stack ?? ''],
    ['as a string', String(error)],
    ['in JSON', JSON.stringify(error)],
    ['in JSON of what is enumerable', JSON.stringify(Object.entries(error))],
    ['on the console', inspect(error)],
    ['on the console, deep', inspect(error, { depth: Infinity })],
  ])('%s', (_, text) => {
    for (const secret of ['user', 'pass-word', 'query-secret', 'fragment-secret']) expect(text).not.toContain(secret)
  })

  it('of a stream in a data URL, where its content stands', () => {
    const { message } = errorWith(undefined, 'data:text/event-stream,data:%20secret')
    expect(message).toBe('The event stream at data:… could not be reached')
  })
})

describe('what a refused response said', () => {
  const headers = new Headers({ 'Set-Cookie': 'session=cookie-secret' })
  const error = connectionErrorOf(requestOf('http://a.test/'), {
    reason: 'status',
    message: 'was refused',
    status: 401,
    headers,
    body: '{"token":"body-secret"}',
  })

  it('is in the error', () => {
    expect(error.headers).toBe(headers)
    expect(error.body).toBe('{"token":"body-secret"}')
  })

  it.each([
    ['as a string', String(error)],
    ['in JSON', JSON.stringify(error)],
    ['in a copy of what is enumerable', JSON.stringify(Object.assign({}, error))],
    ['on the console', inspect(error, { depth: Infinity })],
  ])('does not show %s', (_, text) => {
    expect(text).not.toMatch(/cookie-secret|body-secret/)
  })

  it('is undefined where there was no response', () => {
    expect(errorWith()).toMatchObject({ headers: undefined, body: undefined, retryAfter: undefined })
  })
})

it('an error of another copy of the package is an instance, of a subclass only its own', () => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('everysource.ConnectionError')]: true })
  class Special extends ConnectionError {}
  expect(foreign).toBeInstanceOf(ConnectionError)
  expect(foreign).not.toBeInstanceOf(Special)
  expect(new Special('x')).toBeInstanceOf(Special)
  for (const other of [undefined, null, 'x', {}, new Error('x')]) expect(other instanceof ConnectionError).toBe(false)
})

describe('the code', () => {
  const coded = (code: unknown, cause?: unknown): Error => Object.assign(new Error('x', { cause }), { code })

  it.each([
    ['of the cause', coded('ECONNRESET'), 'ECONNRESET'],
    ["of the cause's cause", new TypeError('x', { cause: coded('ENOTFOUND') }), 'ENOTFOUND'],
    ['the outermost of two', coded('OUTER', coded('INNER')), 'OUTER'],
    ['none where it is no string', coded(20), undefined],
    ['that of the cause below a code that is no string', coded(20, coded('INNER')), 'INNER'],
    ['none of what is no Error', { code: 'ECONNRESET' }, undefined],
    ['none without a cause', undefined, undefined],
    ['none of null', null, undefined],
  ])('is %s', (_, cause, code) => {
    expect(errorWith(cause).code).toBe(code)
  })

  it('is found in a chain that goes round', () => {
    const round = new Error('x')
    round.cause = round
    expect(errorWith(round).code).toBeUndefined()
  })
})

describe('of real failures', () => {
  it('a server that cuts the connection before its answer', async () => {
    const url = await serve((request) => {
      request.socket.destroy()
    })
    const { error } = await nextError(open(url))
    expect(error).toMatchObject({ reason: 'network', code: 'UND_ERR_SOCKET' })
  })

  it('a server that cuts the connection within the body', async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write('data: 1\n\n', () => {
        request.socket.destroy()
      })
    })
    const { error, message } = await nextError(open(url))
    expect(error).toMatchObject({ reason: 'network', code: 'UND_ERR_SOCKET' })
    expect(message).toBe(`The event stream at ${url}/ was interrupted (UND_ERR_SOCKET)`)
  })
})
