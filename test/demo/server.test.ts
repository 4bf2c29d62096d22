/** The demo server: ports, timers, files. */

import { request } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { Settings } from '../../src/inspector/settings.ts'
import { listen, openServer, openWire, until } from './open.ts'

/** Streams with their own page. */
const STREAMS = ['article', 'current-time', 'people', 'stream', 'retry', 'events', 'events/unframed', 'drop', 'tabs']
const INSPECTOR_ONLY = ['numbers', 'events/wrong-type', 'events/buffered']

test.for([...STREAMS, ...INSPECTOR_ONLY])('stops the timers of /%s when its client closes', async (path) => {
  const server = await openServer({ second: 1000 })
  const { source } = listen(server.url + path)
  await until(() => server.timers() > 0)
  expect(server.openStreams(`/${path}`)).toBe(1)
  source.close()
  await until(() => server.timers() === 0 && server.openStreams(`/${path}`) === 0)
})

test('keeps the timers of other clients running', async () => {
  const server = await openServer()
  const leaving = listen(`${server.url}stream`)
  const staying = listen(`${server.url}stream`)
  await until(() => server.timers() === 2)
  leaving.source.close()
  await until(() => server.timers() === 1)
  const { length } = staying.messages
  await until(() => staying.messages.length > length)
})

test('uses a free port if the requested one is in use', async () => {
  const first = await openServer()
  const second = await openServer({ port: first.port })
  expect(second.port).not.toBe(first.port)
  const { messages } = listen(`${second.url}events`)
  await until(() => messages.length > 0)
})

test('ends its streams when closed', async () => {
  const server = await openServer()
  const { events } = listen(`${server.url}stream`)
  await until(() => events.includes('open'))
  await server.close()
  await until(() => events.includes('error'))
  expect(server.timers()).toBe(0)
})

test.for([
  ['', 'text/html; charset=utf-8'],
  ['?a=b', 'text/html; charset=utf-8'],
  ['pages/index.html', 'text/html; charset=utf-8'],
  ['inspector.js', 'text/javascript; charset=utf-8'],
  ['inspector.css', 'text/css; charset=utf-8'],
  ['settings.json', 'application/json'],
  ['pages/article.html', 'text/html; charset=utf-8'],
  ['pages/style.css', 'text/css; charset=utf-8'],
  ['pages/list.js', 'text/javascript; charset=utf-8'],
  ['everysource.min.js', 'text/javascript; charset=utf-8'],
  ['everysource-shared.min.js', 'text/javascript; charset=utf-8'],
] as const)('serves /%s as %s', async ([path, type]) => {
  const { url } = await openServer()
  const response = await fetch(url + path)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe(type)
  expect(await response.text()).not.toBe('')
})

test('links to a page for each stream, without dead links', async () => {
  const { url } = await openServer()
  const index = await (await fetch(`${url}pages/index.html`)).text()
  for (const path of [...STREAMS, 'chat']) expect(index).toContain(`<code>/${path}</code>`)
  const links = [...index.matchAll(/href="(\/[^"]*)"/g)].map(([, link = '']) => new URL(link, url))
  expect(links.length).toBeGreaterThan(STREAMS.length)
  for (const link of links) expect((await fetch(link)).status, link.pathname).toBe(200)
})

test('offers every stream in the inspector, with links to the index and to the guide', async () => {
  const { url } = await openServer()
  const { streams, links = [], docs = '' } = (await (await fetch(`${url}settings.json`)).json()) as Settings
  const all = [...STREAMS, ...INSPECTOR_ONLY, 'chat'].map((name) => `/${name}`)
  expect(streams.map((stream) => stream.url).sort()).toEqual(all.sort())
  const linked = [...links.map(({ href }) => new URL(href, url)), new URL(docs, url)]
  // The guide may be on the web.
  for (const { href } of linked.filter(({ href }) => href.startsWith(url))) {
    expect((await fetch(href)).status, href).toBe(200)
  }
})

test.for([
  '/nothing',
  '/pages',
  '/pages/',
  '/streams.ts',
  '/pages/../streams.ts',
  '/pages/..%2fstreams.ts',
  '/pages/%2e%2e/streams.ts',
  '/../package.json',
  '//etc/passwd',
  '/constructor',
  '/index.html/',
  '/toString',
  'http://127.0.0.1/stream/../',
])('responds to %s with 404', async (path) => {
  const { port } = await openServer()
  // A raw socket, because HTTP clients resolve the dots in the path.
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`)
    })
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.on('end', () => {
      resolve(text)
    })
    socket.on('error', reject)
  })
  expect(answer).toMatch(/^HTTP\/1\.1 404 /)
})

test.for([
  ['POST', '', 405],
  ['POST', 'stream', 405],
  ['HEAD', 'stream', 405],
  ['HEAD', '', 200],
] as const)('responds to %s /%s with %d', async ([method, path, status]) => {
  const { url } = await openServer()
  const response = await fetch(url + path, { method })
  expect(response.status).toBe(status)
  expect(response.headers.has('allow')).toBe(status === 405)
})

test('keeps running after a request that is interrupted', async () => {
  const server = await openServer()
  const broken = request(`${server.url}stream`).on('error', () => undefined)
  broken.end()
  await until(() => server.openStreams('/stream') === 1)
  broken.destroy()
  await until(() => server.timers() === 0)
  const { response } = await openWire(`${server.url}stream`)
  expect(response.statusCode).toBe(200)
})
