/** The test server and its programs, with a checkout of a few files. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { queryOf, WptServer, type Slot } from './server.ts'

const root = mkdtempSync(join(tmpdir(), 'everysource-wpt-'))
const FILES: Record<string, string> = {
  'eventsource/a.any.js': '// META: title=A title\n// META: script=/common/utils.js\n',
  'eventsource/page.htm': '<!doctype html><title>A page</title>',
  'eventsource/dedicated-worker/worker.js': 'postMessage(1)',
  'eventsource/resources/accept.event_stream': 'data: {{headers[accept]}}\n\n',
  'common/host.sub.js': "'{{host}}:{{ports[http][1]}}'",
}
const server = new WptServer(root)
let slot: Slot
let installing: Slot

beforeAll(async () => {
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  slot = await server.slot({ keepsCookies: true })
  installing = await server.slot({ install: 'self.installed = true' })
})
afterAll(() => {
  server.close()
  rmSync(root, { recursive: true })
})

/** Only the port of the URL matters. */
function get(path: string, init: RequestInit = {}, from = slot): Promise<Response> {
  return fetch(from.url(path).replace(/\/\/[^:]*/, '//127.0.0.1'), { redirect: 'manual', ...init })
}

const program = async (pathAndQuery: string, headers: Record<string, string> = {}): Promise<string> =>
  (await get(`/eventsource/resources/${pathAndQuery}`, { headers })).text()

describe('programs', () => {
  test.each([
    ['message.py', 'data: data\n\n\n'],
    ['message.py?message=data%3A+a%0A&newline=none', 'data: a\n\n'],
    ['status-error.py?status=410', 'data: data\n\n'],
    ['last-event-id.py?idvalue=7', 'id: 7\nretry: 200\ndata: hello\n\n'],
    ['last-event-id2.py?type=2', 'id: 1\ndata: 1\n\nid:\ndata:2\n\ndata:3\n\n'],
    ['cors.py?run=message', 'data: data\n\n\n'],
  ])('%s', async (path, body) => {
    expect(await program(path)).toBe(body)
  })

  test('bytes that are not UTF-8 arrive unchanged', async () => {
    const response = await get('/eventsource/resources/message.py?message=data%3A%FF%F0')
    expect([...new Uint8Array(await response.arrayBuffer())].slice(0, 7)).toEqual([
      0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xf0,
    ])
  })

  test('last-event-id.py returns the ID of the request', async () => {
    expect(await program('last-event-id.py', { 'last-event-id': 'abc' })).toBe('data: abc\n\n')
  })

  test('reconnect-fail.py opens, reconnects and ends, with a cookie that the server keeps', async () => {
    const states = []
    for (let count = 0; count < 3; count++)
      states.push((await get('/eventsource/resources/reconnect-fail.py?id=1')).status)
    expect(states).toEqual([200, 200, 204])
    expect(await program('reconnect-fail.py?id=1')).toBe('retry: 2\ndata: opened\n\n')
  })

  test('redirect.py redirects with the given status', async () => {
    const response = await get('/common/redirect.py?status=307&location=/a')
    expect([response.status, response.headers.get('location')]).toEqual([307, '/a'])
  })

  test.each([
    ['safe', false, 'success'],
    ['safe', true, 'failure'],
    ['unsafe', false, 'failure'],
    ['unsafe', true, 'success'],
  ])('cors-unsafe-last-event-id.py: the ID "%s" with a preflight (%s) is a %s', async (fixture, isAsked, event) => {
    const path = `cors-unsafe-last-event-id.py?fixture=${fixture}&token=${fixture}-${isAsked}`
    const id = /^id: (.*)/.exec(await program(path))?.[1] ?? ''
    if (isAsked) {
      const headers = { 'access-control-request-headers': 'last-event-id' }
      await get(`/eventsource/resources/${path}`, { method: 'OPTIONS', headers })
    }
    expect(await program(path, { 'last-event-id': id })).toMatch(new RegExp(`^event: ${event}\n`))
  })

  test('bfcache-counter.py counts open streams', async () => {
    const path = 'bfcache-counter.py?token=a'
    const controller = new AbortController()
    await get(`/eventsource/resources/${path}`, { signal: controller.signal })
    expect(await program(`${path}&query=1`)).toBe('{"count":1}')
    controller.abort()
    await expect.poll(() => program(`${path}&query=1`), { timeout: 60_000 }).toBe('{"count":0}')
  })

  test('dispatcher.py keeps messages until they are fetched', async () => {
    const path = '/common/dispatcher/dispatcher.py?uuid=a'
    await get(path, { method: 'POST', body: 'hello' })
    const texts = [await get(path), await get(path)].map((response) => response.text())
    expect(await Promise.all(texts)).toEqual(['hello', 'not ready'])
  })
})

describe('files', () => {
  const textOf = async (path: string, from = slot): Promise<string> => (await get(path, {}, from)).text()

  test('a .any.js file gets a page and a worker', async () => {
    expect(await textOf('/eventsource/a.any.html')).toMatch(
      /<title>A title<\/title>[^]*testharness\.js[^]*utils\.js[^]*a\.any\.js/,
    )
    expect(await textOf('/eventsource/a.any.worker.html')).toContain('new Worker("/eventsource/a.any.worker.js")')
    expect(await textOf('/eventsource/a.any.worker.js')).toMatch(/importScripts\("\/common\/utils\.js"\)[^]*done\(\)/)
  })

  test('templates contain the ports and headers', async () => {
    expect(await textOf('/common/host.sub.js')).toMatch(/^'web-platform\.test:\d+'$/)
    const response = await get('/eventsource/resources/accept.event_stream?pipe=sub', { headers: { accept: 'a/b' } })
    expect(await response.text()).toBe('data: a/b\n\n')
  })

  test.each(['page.htm', 'a.any.html', 'dedicated-worker/worker.js', 'a.any.worker.js'])(
    'the implementation is installed in %s',
    async (file) => {
      expect(await textOf(`/eventsource/${file}`, installing)).toContain('/everysource/install.js')
      expect(await textOf(`/eventsource/${file}`)).not.toContain('install.js')
    },
  )

  test('a file that is missing is a 404', async () => {
    expect((await get('/eventsource/b.any.html')).status).toBe(404)
  })

  test('posted results resolve the report', async () => {
    const report = { subtests: [{ name: 'a', status: 0, message: null }], message: null }
    await get('/everysource/report', { method: 'POST', body: JSON.stringify(report) })
    expect(await slot.report).toEqual(report)
  })
})

test('queryOf decodes each byte to a character', () => {
  expect([...queryOf('/a?b=%C3%A9+c&d')]).toEqual([
    ['b', 'Ã© c'],
    ['d', ''],
  ])
})
