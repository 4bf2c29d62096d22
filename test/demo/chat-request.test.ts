/** What the demo's chat refuses, and how. */

import type { ConnectionError } from 'everysource'
import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { LARGEST_BODY } from '../../demo/chat-request.ts'
import { ask, BODY, HEADERS, post, refusal } from './chat.ts'
import { openServer, until } from './open.ts'

describe('a request is refused', () => {
  test.for(['', 'Bearer', 'Bearer wrong', 'Bearer demo-token2', 'Basic demo-token', 'demo-token'])(
    'with 401 if its Authorization is "%s"',
    async (Authorization) => {
      const { url } = await openServer()
      const response = await post(`${url}chat`, {}, { Authorization })
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
      expect(await refusal(response)).toMatchObject({ status: 401, type: 'authentication_error' })
    },
  )

  test('with 401 if it has no Authorization; a source finds the reason in error.body', async () => {
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
    'with 415 if its body is %s',
    async (type) => {
      const { url } = await openServer()
      const response = await post(`${url}chat`, {}, { 'Content-Type': type })
      expect(await refusal(response)).toMatchObject({ status: 415, type: 'invalid_request_error' })
    },
  )

  test.for(['application/json; charset=utf-8', 'Application/JSON'])('but not if it is %s', async (type) => {
    const { url } = await openServer()
    const response = await post(`${url}chat`, {}, { 'Content-Type': type })
    expect(response.status).toBe(200)
    await response.body?.cancel()
  })

  test.for([
    ['', 'no JSON'],
    ['{"prompt": "Wh', 'no JSON'],
    ['null', '"prompt"'],
    ['"Why?"', '"prompt"'],
    ['[]', '"prompt"'],
    ['{}', '"prompt"'],
    ['{"prompt": 1}', '"prompt"'],
    ['{"prompt": " \\n"}', '"prompt"'],
  ] as const)('with 400 if its body is %s', async ([body, told]) => {
    const { url } = await openServer()
    const refused = await refusal(await post(`${url}chat`, { body }))
    expect(refused).toMatchObject({ status: 400, type: 'invalid_request_error' })
    expect(refused.message).toContain(told)
  })

  test.for(['drop=0', 'drop=x', 'drop=', 'drop=1000', 'busy=-1', 'busy=1.5'])(
    'with 400 if it has ?%s',
    async (query) => {
      const { url } = await openServer()
      const { status, message } = await refusal(await post(`${url}chat?${query}`))
      expect(status).toBe(400)
      expect(message).toBe(`The parameter "${query.slice(0, 4)}" must be a whole number from 1 to 999`)
    },
  )

  test('with 413 if its body is too large, however it is sent', async () => {
    const { url } = await openServer()
    // JSON may have space around it.
    const fits = await post(`${url}chat`, { body: BODY.padEnd(LARGEST_BODY) })
    expect(fits.status).toBe(200)
    await fits.body?.cancel()

    const tooLarge = { status: 413, type: 'request_too_large', message: 'The body is larger than 16384 bytes' }
    expect(await refusal(await post(`${url}chat`, { body: BODY.padEnd(LARGEST_BODY + 1) }))).toEqual(tooLarge)
    expect(await refusal(await post(`${url}chat`, { body: ' '.repeat(5_000_000) }))).toEqual(tooLarge)
    const chunks = { body: new Blob([' '.repeat(5_000_000)]).stream(), duplex: 'half' } as RequestInit
    expect(await refusal(await post(`${url}chat`, chunks))).toEqual(tooLarge)
  })

  test.for(['GET', 'HEAD', 'PUT', 'DELETE'])('with 405 if it is a %s', async (method) => {
    const { url } = await openServer()
    const response = await fetch(`${url}chat`, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
    expect(await response.text()).toBe(
      method === 'HEAD' ? '' : '{"error":{"message":"A chat is a POST","type":"invalid_request_error"}}',
    )
  })
})

test('OPTIONS names the methods', async () => {
  const { url } = await openServer()
  const response = await fetch(`${url}chat`, { method: 'OPTIONS' })
  expect(response.status).toBe(204)
  expect(response.headers.get('allow')).toBe('POST, OPTIONS')
})

test('a body that breaks off does no harm', async () => {
  const server = await openServer()
  const headers = { ...HEADERS, 'Content-Length': '100' }
  const broken = request(`${server.url}chat`, { method: 'POST', headers }).on('error', () => undefined)
  broken.write('{"prompt"')
  await until(() => server.openStreams('/chat') === 1)
  broken.destroy()
  await until(() => server.openStreams('/chat') === 0)
  expect((await post(`${server.url}chat`)).status).toBe(200)
})
