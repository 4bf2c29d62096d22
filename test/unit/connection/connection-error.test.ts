/** ConnectionError: its message and members, and the secrets that it hides. */

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

describe('ConnectionError', () => {
  it('is an Error with its own name', () => {
    expect(errorWith()).toBeInstanceOf(Error)
    expect(errorWith().name).toBe('ConnectionError')
    expect(Object.prototype.propertyIsEnumerable.call(ConnectionError.prototype, 'name')).toBe(false)
    expect(errorWith().stack).toMatch(/^ConnectionError: The event stream at /)
  })

  it('has a message that names the stream and the failure', () => {
    expect(errorWith().message).toBe('The event stream at http://a.test:8080/path could not be reached')
  })

  it('adds the system error code to the message if there is one', () => {
    const cause = new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) })
    expect(errorWith(cause).message).toBe(
      'The event stream at http://a.test:8080/path could not be reached (ECONNREFUSED)',
    )
  })

  it('has reason, status, attempt and cause', () => {
    const request = { ...requestOf('http://a.test/'), attempt: 7 }
    const error = connectionErrorOf(request, { reason: 'status', message: 'x', status: 404, retryAfter: 5_000 })
    expect(error).toMatchObject({ reason: 'status', status: 404, code: undefined, cause: undefined })
    expect(error).toMatchObject({ attempt: 7, retryAfter: 5_000 })
    const cause = new Error('why')
    expect(errorWith(cause).cause).toMatchObject({ name: 'Error', message: 'why' })
  })
})

describe('ConnectionError constructor', () => {
  it('sets the message and the given members', () => {
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

  it('sets the class name', () => {
    expect(ConnectionError.name).toBe('ConnectionError')
  })

  it('has defaults for all arguments', () => {
    const error = new ConnectionError()
    expect(error).toMatchObject({ message: '', reason: 'network', attempt: 1, url: '', status: undefined })
    expect(error).toMatchObject({ bodyTruncated: false, endedMidEvent: false, body: undefined, cause: undefined })
  })

  it('creates an error that ErrorEvent accepts', () => {
    const event = new ErrorEvent('error', new ConnectionError('gone', { status: 410 }), 500)
    expect(event).toMatchObject({ message: 'gone', status: 410, willReconnect: true, delay: 500 })
  })
})

describe('url of a ConnectionError', () => {
  it('has no user and password, but keeps query and fragment', () => {
    expect(errorWith().url).toBe('http://a.test:8080/path?token=query-secret#fragment-secret')
  })

  it('is not enumerable', () => {
    expect(Object.keys(errorWith())).not.toContain('url')
    expect(Object.getOwnPropertyDescriptor(errorWith(), 'url')).toMatchObject({ enumerable: false, writable: true })
  })

  it("is derived without changing the request's URL", () => {
    const url = new URL(URL_WITH_SECRETS)
    const request = { url, attempt: 1, secrets: [] }
    expect(connectionErrorOf(request, { reason: 'ended', message: 'x' })).toHaveProperty('url')
    expect(url.href).toBe(URL_WITH_SECRETS)
  })
})

describe('secrets in the URL', () => {
  const inner = Object.assign(new Error(`cannot reach (${URL_WITH_SECRETS})`), { code: 'X', path: URL_WITH_SECRETS })
  const error = errorWith(new TypeError(`fetch failed: ${URL_WITH_SECRETS}`, { cause: inner }))

  it('are hidden while the rest of the cause is kept', () => {
    expect(error.code).toBe('X')
    expect(error.cause).toMatchObject({ name: 'TypeError', cause: { name: 'Error', code: 'X' } })
    expect(String(error.cause)).toMatch(/^TypeError: fetch failed: http.*$/)
  })

  it.each([
    ['in the message', error.message],
    ['in the stack', error.stack ?? ''],
    ['as a string', String(error)],
    ['in JSON', JSON.stringify(error)],
    ['in JSON of the enumerable members', JSON.stringify(Object.entries(error))],
    ['on the console', inspect(error)],
    ['on the console at full depth', inspect(error, { depth: Infinity })],
  ])('are hidden %s', (_, text) => {
    for (const secret of ['user', 'pass-word', 'query-secret', 'fragment-secret']) expect(text).not.toContain(secret)
  })

  it('are hidden in a data URL, which contains the stream itself', () => {
    const { message } = errorWith(undefined, 'data:text/event-stream,data:%20secret')
    expect(message).toBe('The event stream at data:… could not be reached')
  })
})

describe('content of a refused response', () => {
  const headers = new Headers({ 'Set-Cookie': 'session=cookie-secret' })
  const error = connectionErrorOf(requestOf('http://a.test/'), {
    reason: 'status',
    message: 'was refused',
    status: 401,
    headers,
    body: '{"token":"body-secret"}',
  })

  it('is available as headers and body', () => {
    expect(error.headers).toBe(headers)
    expect(error.body).toBe('{"token":"body-secret"}')
  })

  it.each([
    ['as a string', String(error)],
    ['in JSON', JSON.stringify(error)],
    ['in a copy of the enumerable members', JSON.stringify(Object.assign({}, error))],
    ['on the console', inspect(error, { depth: Infinity })],
  ])('is hidden %s', (_, text) => {
    expect(text).not.toMatch(/cookie-secret|body-secret/)
  })

  it('is undefined if there was no response', () => {
    expect(errorWith()).toMatchObject({ headers: undefined, body: undefined, retryAfter: undefined })
  })
})

it('instanceof accepts errors of another copy of the package, except for subclasses', () => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('everysource.ConnectionError')]: true })
  class Special extends ConnectionError {}
  expect(foreign).toBeInstanceOf(ConnectionError)
  expect(foreign).not.toBeInstanceOf(Special)
  expect(new Special('x')).toBeInstanceOf(Special)
  for (const other of [undefined, null, 'x', {}, new Error('x')]) expect(other instanceof ConnectionError).toBe(false)
})

describe('code of a ConnectionError', () => {
  const coded = (code: unknown, cause?: unknown): Error => Object.assign(new Error('x', { cause }), { code })

  it.each([
    ['that of the cause', coded('ECONNRESET'), 'ECONNRESET'],
    ["that of the cause's cause", new TypeError('x', { cause: coded('ENOTFOUND') }), 'ENOTFOUND'],
    ['the outermost of two', coded('OUTER', coded('INNER')), 'OUTER'],
    ['undefined if it is not a string', coded(20), undefined],
    ['that of the inner cause if the outer code is not a string', coded(20, coded('INNER')), 'INNER'],
    ['undefined if the cause is not an Error', { code: 'ECONNRESET' }, undefined],
    ['undefined without a cause', undefined, undefined],
    ['undefined if the cause is null', null, undefined],
  ])('is %s', (_, cause, code) => {
    expect(errorWith(cause).code).toBe(code)
  })

  it('is undefined in a circular chain of causes without a code', () => {
    const round = new Error('x')
    round.cause = round
    expect(errorWith(round).code).toBeUndefined()
  })
})

describe('ConnectionError of a real server', () => {
  it('has the system code if the server closes the connection before it responds', async () => {
    const url = await serve((request) => {
      request.socket.destroy()
    })
    const { error } = await nextError(open(url))
    expect(error).toMatchObject({ reason: 'network', code: 'UND_ERR_SOCKET' })
  })

  it('has the system code if the server closes the connection within the body', async () => {
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
