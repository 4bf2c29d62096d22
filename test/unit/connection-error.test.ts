/** ConnectionError: what it says, and what it does not. */

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ConnectionError } from '../../src/index.ts'
import { serve } from './server.ts'
import { nextError, open } from './sources.ts'

const URL_WITH_SECRETS = 'http://user:pass-word@a.test:8080/path?token=query-secret#fragment-secret'

function errorWith(cause?: unknown, url = URL_WITH_SECRETS): ConnectionError {
  return new ConnectionError(new URL(url), { reason: 'network', what: 'could not be reached', cause })
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

  it('has the facts: reason, status, cause', () => {
    const error = new ConnectionError(new URL('http://a.test/'), { reason: 'status', what: 'x', status: 404 })
    expect(error).toMatchObject({ reason: 'status', status: 404, code: undefined, cause: undefined })
    const cause = new Error('why')
    expect(errorWith(cause).cause).toMatchObject({ name: 'Error', message: 'why' })
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
    expect(new ConnectionError(url, { reason: 'ended', what: 'x' })).toHaveProperty('url')
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
  it('a port where nobody listens: ECONNREFUSED', async () => {
    // A port that was free a moment ago.
    const { createServer } = await import('node:net')
    const port = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number }
        server.close(() => {
          resolve(port)
        })
      })
    })
    const { error, message } = await nextError(open(`http://user:pass-word@127.0.0.1:${port}/x?token=query-secret`))
    expect(error).toMatchObject({ reason: 'network', code: 'ECONNREFUSED', status: undefined })
    expect(message).toBe(`The event stream at http://127.0.0.1:${port}/x could not be reached (ECONNREFUSED)`)
    expect(inspect(error, { depth: Infinity })).not.toMatch(/pass-word|query-secret/)
  })

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
    expect(message).toBe(`The event stream at ${url}/ broke off (UND_ERR_SOCKET)`)
  })

  it('a refusal of a URL with secrets', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(401).end()
    })
    const url = `${origin.replace('//', '//user:pass-word@')}/x?token=query-secret`
    const source = open(url)
    const { error, message } = await nextError(source)
    expect(source.url).toBe(url)
    expect(error).toMatchObject({ reason: 'status', status: 401, url: `${origin}/x?token=query-secret` })
    expect(message).toBe(`The event stream at ${origin}/x was refused: the server answered status 401 instead of 200`)
    expect(inspect(error, { depth: Infinity })).not.toMatch(/pass-word|query-secret/)
  })
})
