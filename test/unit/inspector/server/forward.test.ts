/** The local server of `everysource inspect`: forwarding, and protection against other pages and programs. */

import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { FORWARDED, type ForwardedHead } from '../../../../src/inspector/forwarding.ts'
import { startInspector, type Inspector } from '../../../../src/inspector/server/server.ts'
import { startUpstream, type Upstream } from '../../../page/upstream.ts'

const NONE = { url: '', method: 'GET', headers: '', body: '' }

async function open(): Promise<{ inspector: Inspector; upstream: Upstream; origin: string }> {
  const inspector = await startInspector(NONE)
  const upstream = await startUpstream()
  onTestFinished(async () => {
    await inspector.close()
    await upstream.close()
  })
  return { inspector, upstream, origin: new URL(inspector.url).origin }
}

interface Answer {
  status: number
  head: ForwardedHead | undefined
  text: string
}

interface ForwardInit {
  method?: string
  headers?: OutgoingHttpHeaders
  body?: string
}

/** Sends forbidden headers too, unlike `fetch`. Resolves when the response contains `until` or ends. */
function ask(url: string, { method = 'GET', headers = {}, body }: ForwardInit = {}, until?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers }, (response) => {
      let text = ''
      const packed = response.headers[FORWARDED.toLowerCase()]
      const head = typeof packed === 'string' ? (JSON.parse(decodeURIComponent(packed)) as ForwardedHead) : undefined
      const finish = (): void => {
        resolve({ status: response.statusCode ?? 0, head, text })
      }
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (until === undefined || !text.includes(until)) return
        finish()
        response.destroy()
      })
      response.on('end', finish).on('error', finish)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Sends a forwarding request like the page does. */
function forward(
  { inspector, origin }: { inspector: Inspector; origin: string },
  request: object,
  until?: string,
  headers = {},
) {
  const { url, method = 'GET', headers: own = [], body = null } = request as Record<string, unknown>
  return ask(
    `${inspector.url}forward`,
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: origin, ...headers },
      body: JSON.stringify({ url, method, headers: own, body }),
    },
    until,
  )
}

test('serves the page, its files and its settings under the token', async () => {
  const { inspector } = await open()
  for (const [name, type] of [
    ['', 'text/html; charset=utf-8'],
    ['inspector.css', 'text/css; charset=utf-8'],
    ['inspector.js', 'text/javascript; charset=utf-8'],
    ['settings.json', 'application/json'],
  ] as const) {
    const response = await fetch(inspector.url + name)
    expect([response.status, response.headers.get('content-type')], name).toEqual([200, type])
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'; ")
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  }
  expect((await fetch(`${inspector.url}../package.json`)).status).toBe(403)
  expect((await fetch(`${inspector.url}nothing`)).status).toBe(404)
  const unslashed = await fetch(inspector.url.slice(0, -1))
  expect([unslashed.status, unslashed.url]).toEqual([200, inspector.url])
})

test.each(['document', 'iframe', 'script', 'style', 'worker'])(
  'does not deliver forwarded responses as a %s',
  async (kind) => {
    const { inspector, upstream } = await open()
    const headers = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Dest': kind }
    const url = `${inspector.url}forward?url=${encodeURIComponent(`${upstream.url}/private`)}`
    expect((await ask(url, { headers })).status).toBe(403)
    expect(upstream.seen).toEqual([])
  },
)

test('listens on 127.0.0.1 with a new token each time', async () => {
  const [one, other] = await Promise.all([open(), open()])
  const tokens = [one, other].map(
    ({ inspector }) => /^http:\/\/127\.0\.0\.1:\d+\/([\w-]{22})\/$/.exec(inspector.url)?.[1],
  )
  expect(new Set(tokens).size).toBe(2)
  expect(tokens).not.toContain(undefined)
})

test('forwards the method, headers and body, and returns the whole response', async () => {
  const opened = await open()
  const { upstream } = opened
  const { status, head, text } = await forward(
    opened,
    {
      url: `${upstream.url}/echo?a=b`,
      method: 'PUT',
      headers: [
        ['Accept', 'text/event-stream'],
        ['Cookie', 'a=1; b=2'],
        ['Origin', 'https://elsewhere.example'],
        ['Last-Event-ID', '7 – sieben'],
      ],
      body: '{"naïve": true}',
    },
    '\n\n',
  )
  expect(status).toBe(200)
  expect(head).toMatchObject({ status: 200, url: `${upstream.url}/echo?a=b` })
  expect(head?.headers).toContainEqual(['content-type', 'text/event-stream'])
  expect(head?.headers).toContainEqual(['x-own', 'seen'])
  const [seen] = upstream.seen
  expect(seen).toMatchObject({
    method: 'PUT',
    body: '{"naïve": true}',
    headers: { cookie: 'a=1; b=2', origin: 'https://elsewhere.example', accept: 'text/event-stream' },
  })
  expect(Buffer.from(String(seen?.headers['last-event-id']), 'latin1').toString()).toBe('7 – sieben')
  expect(JSON.parse(text.slice('data: '.length))).toEqual(seen)
})

test('streams bytes as the server sends them', async () => {
  const opened = await open()
  const { text } = await forward(opened, { url: `${opened.upstream.url}/private` }, 'data: 3\n\n')
  expect(text).toMatch(/^id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n$/)
})

test('cancels the request when the page disconnects', async () => {
  const opened = await open()
  await forward(opened, { url: `${opened.upstream.url}/private` }, 'data: 1\n\n')
  await vi.waitFor(() => {
    expect(opened.upstream.seen).toHaveLength(1)
    expect(opened.upstream.open()).toBe(0)
  })
})

test('follows redirects and returns the final URL', async () => {
  const opened = await open()
  const { head } = await forward(opened, { url: `${opened.upstream.url}/moved` }, 'data: 1\n\n')
  expect(head?.url).toBe(`${opened.upstream.url}/private`)
})

test('returns the status of a refused response without triggering a password prompt', async () => {
  const opened = await open()
  const { status, head, text } = await forward(opened, { url: `${opened.upstream.url}/refused` })
  expect([status, head?.status]).toEqual([200, 401])
  expect(text).toContain('<p>')
})

test('interrupts its response when the upstream response is interrupted', async () => {
  const opened = await open()
  const { text } = await forward(opened, { url: `${opened.upstream.url}/short` })
  expect(text).toMatch(/data: 2\n\n$/)
})

test('returns the error code of an unreachable server', async () => {
  const opened = await open()
  await opened.upstream.close()
  const { status, head, text } = await forward(opened, { url: opened.upstream.url })
  expect([status, head]).toEqual([502, undefined])
  expect(JSON.parse(text)).toMatchObject({ code: 'ECONNREFUSED' })
})

test.for([
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  'data:text/plain,x',
  'javascript:1',
  'unix:/var/run/docker.sock',
  '',
  'x',
])('rejects URLs other than HTTP: %s', async (url) => {
  const opened = await open()
  const { status, text } = await forward(opened, { url })
  expect(status).toBe(400)
  expect((JSON.parse(text) as { error: string }).error).toContain('Only http: and https:')
  const native = await ask(`${opened.inspector.url}forward?url=${encodeURIComponent(url)}`)
  expect(native.status).toBe(400)
})

test.for(['not JSON', '1', 'null', '{}', '{"url":"http://a.test","method":"GET","headers":[["a"]],"body":null}'])(
  'rejects the invalid request %s',
  async (body) => {
    const { inspector, origin } = await open()
    const headers = { 'Content-Type': 'application/json', Origin: origin }
    expect((await ask(`${inspector.url}forward`, { method: 'POST', headers, body })).status).toBe(400)
  },
)

test('passes status, type and bytes to the native EventSource unchanged', async () => {
  const { inspector, upstream } = await open()
  const url = `${inspector.url}forward?url=${encodeURIComponent(`${upstream.url}/private`)}`
  const { status, text } = await ask(url, { headers: { 'Last-Event-ID': '41' } }, 'data: 42\n\n')
  expect([status, text]).toEqual([200, 'id: 42\ndata: 42\n\n'])
  const refused = await ask(`${inspector.url}forward?url=${encodeURIComponent(`${upstream.url}/refused`)}`)
  expect(refused.status).toBe(401)
})

// Attacks from other pages, host names and programs.
test.for<[string, (origin: string) => OutgoingHttpHeaders]>([
  ['from another site', () => ({ Origin: 'https://evil.example' })],
  ['from another port', () => ({ Origin: 'http://127.0.0.1:1' })],
  ['from an opaque origin', () => ({ Origin: 'null' })],
  ['with a rebound host name', (origin) => ({ Host: `evil.example:${new URL(origin).port}`, Origin: origin })],
  ['with the host name localhost', (origin) => ({ Host: `localhost:${new URL(origin).port}`, Origin: origin })],
  ['marked cross-site', (origin) => ({ Origin: origin, 'Sec-Fetch-Site': 'cross-site' })],
  ['marked same-site', (origin) => ({ Origin: origin, 'Sec-Fetch-Site': 'same-site' })],
])('rejects a request %s', async ([, headersFor]) => {
  const opened = await open()
  const { upstream, inspector, origin } = opened
  const { status, text, head } = await forward(
    opened,
    { url: `${upstream.url}/private` },
    undefined,
    headersFor(origin),
  )
  expect([status, text, head]).toEqual([403, '', undefined])
  for (const name of [
    '',
    'settings.json',
    'inspector.js',
    `forward?url=${encodeURIComponent(`${upstream.url}/private`)}`,
  ]) {
    expect(await ask(inspector.url + name, { headers: headersFor(origin) }), name).toEqual({
      status: 403,
      text: '',
      head: undefined,
    })
  }
  expect(upstream.seen).toEqual([])
})

test.for(['', 'wrong', 'x'.repeat(22), '..', '%00'])('rejects a request with the token "%s"', async (token) => {
  const { inspector, upstream, origin } = await open()
  const headers = { 'Content-Type': 'application/json', Origin: origin }
  const body = JSON.stringify({ url: `${upstream.url}/private`, method: 'GET', headers: [], body: null })
  for (const request of [{}, { method: 'POST', headers, body }]) {
    expect((await ask(`${origin}/${token}/forward`, request)).status).toBe(403)
    expect((await ask(`${origin}/${token}`, request)).status).toBe(403)
  }
  expect((await ask(inspector.url.replace(/.\/$/, '/'))).status).toBe(403)
  expect(upstream.seen).toEqual([])
})

test('rejects a POST without an Origin, or with a type other than JSON', async () => {
  const { inspector, origin, upstream } = await open()
  const body = JSON.stringify({ url: `${upstream.url}/private`, method: 'GET', headers: [], body: null })
  const json = { 'Content-Type': 'application/json' }
  expect((await ask(`${inspector.url}forward`, { method: 'POST', headers: json, body })).status).toBe(403)
  const plain = { 'Content-Type': 'text/plain', Origin: origin }
  expect((await ask(`${inspector.url}forward`, { method: 'POST', headers: plain, body })).status).toBe(415)
  expect(upstream.seen).toEqual([])
})

test('rejects links from other sites, but accepts a typed URL', async () => {
  const { inspector } = await open()
  const visit = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
  expect((await ask(inspector.url, { headers: { ...visit, 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(403)
  expect((await ask(inspector.url, { headers: { ...visit, 'Sec-Fetch-Site': 'none' } })).status).toBe(200)
  expect((await ask(`${inspector.url}settings.json`, { headers: { ...visit, 'Sec-Fetch-Site': 'none' } })).status).toBe(
    403,
  )
})
