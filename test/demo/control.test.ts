/** What the demo's server does to its streams when the page tells it to. */

import { EventSource } from 'everysource'
import { expect, test } from 'vitest'
import { BURST } from '../../demo/control.ts'
import type { DemoServer } from '../../demo/server.ts'
import { listen, openServer, openWire, until } from './open.ts'

async function order({ url }: DemoServer, body: object, type = 'application/json'): Promise<Response> {
  return fetch(`${url}control`, { method: 'POST', headers: { 'Content-Type': type }, body: JSON.stringify(body) })
}

test('drop breaks every connection of the stream off, and no other; a client goes on where it was', async () => {
  const server = await openServer()
  const { heard, messages } = listen(`${server.url}numbers`)
  const other = listen(`${server.url}stream`)
  await until(() => messages.length >= 2)
  expect(await (await order(server, { action: 'drop', path: '/numbers' })).json()).toEqual({
    told: 'The connection has been dropped.',
  })
  await until(() => heard.includes('error'))
  const { length } = messages
  await until(() => messages.length > length)
  expect(messages.map(({ data }) => data)).toEqual(messages.map((_, index) => `number ${index + 1}`))
  expect(other.heard).not.toContain('error')
})

test('stall sends nothing for a while, and then goes on without a gap', async () => {
  const server = await openServer({ second: 100 })
  const { messages, heard } = listen(`${server.url}numbers`)
  await until(() => messages.length > 0)
  await order(server, { action: 'stall', path: '/numbers' })
  const longest = () =>
    Math.max(...messages.map(({ timeStamp }, index) => timeStamp - (messages[index - 1]?.timeStamp ?? timeStamp)))
  await until(() => longest() > 300)
  expect(heard).not.toContain('error')
  expect(messages.map(({ data }) => data)).toEqual(messages.map((_, index) => `number ${index + 1}`))
})

test('a stall puts off what is to be done once', async () => {
  const server = await openServer({ second: 50 })
  const { heard } = listen(`${server.url}people`, ['name', 'age'])
  await until(() => heard.includes('open'))
  await order(server, { action: 'stall', path: '/people' })
  await until(() => heard.includes('name: Ada') && heard.includes('age: 36'))
})

test('refuse answers 503 for a while: a source has failed, a patient one comes back', async () => {
  // It refuses for five seconds, which is far longer than the half and a quarter more that the sources wait to reconnect.
  const server = await openServer({ second: 1_000 })
  const { source, heard } = listen(`${server.url}numbers`)
  const patient = listen(`${server.url}numbers`, ['message'], {
    reconnect: { shouldReconnect: ({ status }) => (status === 503 ? true : undefined) },
  })
  await until(() => heard.includes('open') && patient.heard.includes('open'))
  await order(server, { action: 'refuse', path: '/numbers' })
  await until(() => source.readyState === EventSource.CLOSED)
  await until(() => patient.source.readyState === EventSource.OPEN)
})

test('burst sends all its messages at once, and the stream goes on', async () => {
  const server = await openServer()
  const { messages } = listen(`${server.url}numbers`)
  await until(() => messages.length > 0)
  await order(server, { action: 'burst', path: '/numbers' })
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
] as const)('%j as %s is no order', async ([body, type]) => {
  const server = await openServer()
  expect((await order(server, body, type)).status).toBe(400)
})

test('an order for a stream that nobody follows says so', async () => {
  const server = await openServer()
  expect(await (await order(server, { action: 'refuse', path: '/numbers' })).json()).toEqual({
    told: 'Nobody is connected to /numbers.',
  })
  expect((await openWire(`${server.url}numbers`)).response.statusCode).toBe(200)
})
