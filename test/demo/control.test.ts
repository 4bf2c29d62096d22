/** The demo server's actions on its streams. */

import { EventSource } from 'everysource'
import { expect, test } from 'vitest'
import { BURST } from '../../demo/control.ts'
import type { DemoServer } from '../../demo/server.ts'
import { listen, openServer, openWire, until } from './open.ts'

async function send({ url }: DemoServer, body: object, type = 'application/json'): Promise<Response> {
  return fetch(`${url}control`, { method: 'POST', headers: { 'Content-Type': type }, body: JSON.stringify(body) })
}

test('drop closes all connections of the stream, and clients resume', async () => {
  const server = await openServer()
  const { events, messages } = listen(`${server.url}numbers`)
  const other = listen(`${server.url}stream`)
  await until(() => messages.length >= 2)
  expect(await (await send(server, { action: 'drop', path: '/numbers' })).json()).toEqual({
    message: 'Dropped the connection.',
  })
  await until(() => events.includes('error'))
  const { length } = messages
  await until(() => messages.length > length)
  expect(messages.map(({ data }) => data)).toEqual(messages.map((_, index) => `number ${index + 1}`))
  expect(other.events).not.toContain('error')
})

test('stall pauses the stream and continues without a gap', async () => {
  const server = await openServer({ second: 100 })
  const { messages, events } = listen(`${server.url}numbers`)
  await until(() => messages.length > 0)
  await send(server, { action: 'stall', path: '/numbers' })
  const longest = () =>
    Math.max(...messages.map(({ timeStamp }, index) => timeStamp - (messages[index - 1]?.timeStamp ?? timeStamp)))
  await until(() => longest() > 300)
  expect(events).not.toContain('error')
  expect(messages.map(({ data }) => data)).toEqual(messages.map((_, index) => `number ${index + 1}`))
})

test('stall postpones one-time messages', async () => {
  const server = await openServer({ second: 50 })
  const { events } = listen(`${server.url}people`, ['name', 'age'])
  await until(() => events.includes('open'))
  await send(server, { action: 'stall', path: '/people' })
  await until(() => events.includes('name: Ada') && events.includes('age: 36'))
})

test('refuse responds with 503 for a while: a source fails, one that retries 503 reconnects', async () => {
  // It refuses for 5 s, far longer than the sources' reconnection delay of 0.5 to 0.75 s.
  const server = await openServer({ second: 1_000 })
  const { source, events } = listen(`${server.url}numbers`)
  const retrying = listen(`${server.url}numbers`, ['message'], {
    reconnect: { shouldReconnect: ({ status }) => (status === 503 ? true : undefined) },
  })
  await until(() => events.includes('open') && retrying.events.includes('open'))
  await send(server, { action: 'refuse', path: '/numbers' })
  await until(() => source.readyState === EventSource.CLOSED)
  await until(() => retrying.source.readyState === EventSource.OPEN)
})

test('burst sends its messages at once, and the stream continues', async () => {
  const server = await openServer()
  const { messages } = listen(`${server.url}numbers`)
  await until(() => messages.length > 0)
  await send(server, { action: 'burst', path: '/numbers' })
  await until(() => messages.at(-1)?.data.startsWith('number') === true && messages.length > BURST)
  const bursts = messages.filter(({ data }) => data.startsWith('burst'))
  expect(bursts.map(({ data }) => data)).toEqual(Array.from({ length: BURST }, (_, index) => `burst ${index + 1}`))
})

test.for([
  [{ action: 'drop' }, 'application/json'],
  [{ action: 'toString', path: '/numbers' }, 'application/json'],
  [{ action: 1, path: '/numbers' }, 'application/json'],
  [null as unknown as object, 'application/json'],
  [{ action: 'drop', path: '/numbers' }, 'text/plain'],
  [{ action: 'drop', path: '/'.repeat(2_000) }, 'application/json'],
] as const)('rejects %j as %s', async ([body, type]) => {
  const server = await openServer()
  expect((await send(server, body, type)).status).toBe(400)
})

test('reports that a stream has no clients', async () => {
  const server = await openServer()
  expect(await (await send(server, { action: 'refuse', path: '/numbers' })).json()).toEqual({
    message: 'No client is connected to /numbers.',
  })
  expect((await openWire(`${server.url}numbers`)).response.statusCode).toBe(200)
})
