/** The `/events` streams as in their tutorial: on Express, with the cors middleware. */

import cors from 'cors'
import { EventSource } from 'everysource'
import express, { type Handler } from 'express'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { listen, openWire, SECOND, until } from './open.ts'

/** Writes a date every second, like the tutorial's handler. */
function dates(frame: (date: string) => string, timers: Set<NodeJS.Timeout>): Handler {
  return (request, response) => {
    response.setHeader('Content-Type', 'text/event-stream')
    response.setHeader('Cache-Control', 'no-cache')
    response.setHeader('Connection', 'keep-alive')
    response.flushHeaders()
    const timer = setInterval(() => response.write(frame(new Date().toISOString())), SECOND)
    timers.add(timer)
    request.on('close', () => {
      clearInterval(timer)
      timers.delete(timer)
    })
  }
}

/** @param unframed formats a date for the faulty stream */
async function openApp(
  unframed = (date: string) => `data: ${date}`,
): Promise<{ url: string; timers: Set<NodeJS.Timeout> }> {
  const timers = new Set<NodeJS.Timeout>()
  const app = express()
  app.use(cors())
  app.get(
    '/events',
    dates((date) => `data: ${date}\n\n`, timers),
  )
  app.get('/events/unframed', dates(unframed, timers))
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => {
      resolve(listening)
    })
  })
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timers }
}

test('sends dates and notices that the client closed', async () => {
  const { url, timers } = await openApp()
  const { source, messages } = listen(`${url}/events`)
  await until(() => messages.length >= 3)
  for (const { data } of messages) expect(new Date(data).toISOString()).toBe(data)
  source.close()
  await until(() => timers.size === 0)
})

test.for([
  ['line ends', (date: string) => `data: ${date}`],
  ['blank lines', (date: string) => `data: ${date}\n`],
] as const)('dates without %s fire no event, and the source stays open', async ([, unframed]) => {
  const { url, timers } = await openApp(unframed)
  const { source, events, bytes } = listen(`${url}/events/unframed`)
  await until(() => bytes() > 200)
  expect(events).toEqual(['open'])
  expect(source.readyState).toBe(EventSource.OPEN)
  source.close()
  await until(() => timers.size === 0)
})

test('allows any origin with the middleware', async () => {
  const { url } = await openApp()
  const { response } = await openWire(`${url}/events`, { Origin: 'http://example.com' })
  expect(response.headers['access-control-allow-origin']).toBe('*')
})
