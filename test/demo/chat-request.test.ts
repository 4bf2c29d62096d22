/** Refused requests to the demo's chat. */

import type { ConnectionError } from 'everysource'
import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { MAX_BODY } from '../../demo/chat-request.ts'
import { ask, BODY, HEADERS, post, refusal } from './chat.ts'
import { openServer, until } from './open.ts'

describe('a chat request', () => {
  test.for(['', 'Bearer', 'Bearer wrong', 'Bearer demo-token2', 'Basic demo-token', 'demo-token'])(
    'gets a 401 with Authorization "%s"',
    async (Authorization) => {
      const { url } = await openServer()
      const response = await post(`${url}chat`, {}, { Authorization })
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
      expect(await refusal(response)).toMatchObject({ status: 401, type: 'authentication_error' })
    },
  )

  test('gets a 401 without Authorization, with the reason in error.body', async () => {
    const { url } = await openServer()
    const { source } = ask(`${url}chat`, { headers: { 'Content-Type': 'application/json' } })
    const error = await new Promise<ConnectionError>((resolve) => {
      source.onerror = ({ error }) => {
        if (error) resolve(error)
      }
    })
    expect(error.status).toBe(401)
    expect(JSON.parse(error.body ?? '')).toEqual({
      error: { message: 'The bearer token is missing: it must be "demo-token"', type: 'authentication_error' },
    })
  })

  test.for(['text/plain', 'application/jsonp', 'application/x-www-form-urlencoded'])(
    'gets a 415 with the Content-Type %s',
    async (type) => {
      const { url } = await openServer()
      const response = await post(`${url}chat`, {}, { 'Content-Type': type })
      expect(await refusal(response)).toMatchObject({ status: 415, type: 'invalid_request_error' })
    },
  )

  test.for(['application/json; charset=utf-8', 'Application/JSON'])('accepts the Content-Type %s', async (type) => {
    const { url } = await openServer()
    const response = await post(`${url}chat`, {}, { 'Content-Type': type })
    expect(response.status).toBe(200)
    await response.body?.cancel()
  })

  test.for([
    ['', 'not valid JSON'],
    ['{"prompt": "Wh', 'not valid JSON'],
    ['null', '"prompt"'],
    ['"Why?"', '"prompt"'],
    ['[]', '"prompt"'],
    ['{}', '"prompt"'],
    ['{"prompt": 1}', '"prompt"'],
    ['{"prompt": " \\n"}', '"prompt"'],
  ] as const)('gets a 400 with the body %s', async ([body, reason]) => {
    const { url } = await openServer()
    const refused = await refusal(await post(`${url}chat`, { body }))
    expect(refused).toMatchObject({ status: 400, type: 'invalid_request_error' })
    expect(refused.message).toContain(reason)
  })

  test.for(['drop=0', 'drop=x', 'drop=', 'drop=1000', 'busy=-1', 'busy=1.5'])('gets a 400 with ?%s', async (query) => {
    const { url } = await openServer()
    const { status, message } = await refusal(await post(`${url}chat?${query}`))
    expect(status).toBe(400)
    expect(message).toBe(`The parameter "${query.slice(0, 4)}" must be a whole number from 1 to 999`)
  })

  test('gets a 413 if its body is too large, in one piece or in chunks', async () => {
    const { url } = await openServer()
    // JSON allows whitespace around the value.
    const fits = await post(`${url}chat`, { body: BODY.padEnd(MAX_BODY) })
    expect(fits.status).toBe(200)
    await fits.body?.cancel()

    const tooLarge = { status: 413, type: 'request_too_large', message: 'The body is larger than 16384 bytes' }
    expect(await refusal(await post(`${url}chat`, { body: BODY.padEnd(MAX_BODY + 1) }))).toEqual(tooLarge)
    expect(await refusal(await post(`${url}chat`, { body: ' '.repeat(5_000_000) }))).toEqual(tooLarge)
    const chunks = { body: new Blob([' '.repeat(5_000_000)]).stream(), duplex: 'half' } as RequestInit
    expect(await refusal(await post(`${url}chat`, chunks))).toEqual(tooLarge)
  })

  test.for(['GET', 'HEAD', 'PUT', 'DELETE'])('gets a 405 with the method %s', async (method) => {
    const { url } = await openServer()
    const response = await fetch(`${url}chat`, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
    expect(await response.text()).toBe(
      method === 'HEAD' ? '' : '{"error":{"message":"Use POST","type":"invalid_request_error"}}',
    )
  })
})

test('lists the methods for OPTIONS', async () => {
  const { url } = await openServer()
  const response = await fetch(`${url}chat`, { method: 'OPTIONS' })
  expect(response.status).toBe(204)
  expect(response.headers.get('allow')).toBe('POST, OPTIONS')
})

test('keeps running after a body that is interrupted', async () => {
  const server = await openServer()
  const headers = { ...HEADERS, 'Content-Length': '100' }
  const broken = request(`${server.url}chat`, { method: 'POST', headers }).on('error', () => undefined)
  broken.write('{"prompt"')
  await until(() => server.openStreams('/chat') === 1)
  broken.destroy()
  await until(() => server.openStreams('/chat') === 0)
  expect((await post(`${server.url}chat`)).status).toBe(200)
})
