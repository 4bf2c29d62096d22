/** Tests the behavior of NestJS, h3 and @fastify/sse that servers.md works around. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import 'reflect-metadata'
import { fastifySSE } from '@fastify/sse'
import { Controller, Logger, type MessageEvent, Module, RequestMethod, Sse } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import fastify from 'fastify'
import { EventStream, H3, serve } from 'h3'
import { of } from 'rxjs'
import type { Suite } from '../tally.ts'
import { check } from './checks.ts'
import { eventSource, type Follower } from './follower.ts'
import { until } from './until.ts'
import { turns } from './upstream.ts'

export async function checkQuirks(suite: Suite): Promise<void> {
  await check(suite, 'NestJS answers a POST with 201, which is not accepted', () =>
    withNest(async (origin) => {
      const follower = eventSource(`${origin}/stream`, { method: 'POST' })
      await until(
        () => follower.hasEnded,
        () => 'it has not failed',
      )
      assert.deepEqual([follower.failures[0]?.reason, follower.failures[0]?.status], ['status', 201])
    }),
  )

  await check(suite, 'NestJS gives an ID to messages without one', () =>
    withNest(async (origin) => {
      const follower = eventSource(`${origin}/stream`)
      assert.deepEqual(await follower.next(), { type: 'message', data: 'without an ID', id: '1' })
      follower.close()
    }),
  )

  await check(suite, 'h3 sends the response headers with the first message', async () => {
    let stream: EventStream | undefined
    const app = new H3().get('/', (event) => (stream = new EventStream(event)))
    const server = serve(app, { port: 0, hostname: '127.0.0.1', silent: true })
    await server.ready()
    const follower = eventSource(server.url ?? '')
    await until(
      () => stream !== undefined,
      () => 'no request yet',
    )
    await opensWith(follower, server.url ?? '', () => stream?.push('here'))
    await server.close(true)
  })

  await check(suite, 'h3 sends a retry alone as a message', async () => {
    const app = new H3().get('/', (event) => {
      const stream = new EventStream(event)
      void stream.push({ data: '', retry: 500 })
      return stream
    })
    const server = serve(app, { port: 0, hostname: '127.0.0.1', silent: true })
    await server.ready()
    const follower = eventSource(server.url ?? '')
    assert.deepEqual(await follower.next(), { type: 'message', data: '', id: '' })
    follower.close()
    await server.close(true)
  })

  await check(suite, '@fastify/sse sends the response headers with the first message', async () => {
    const app = fastify({ forceCloseConnections: true })
    await app.register(fastifySSE)
    let send: (() => Promise<void>) | undefined
    app.get('/', { sse: 'only' }, (_, reply) => {
      reply.sse.keepAlive()
      reply.sse.sendHeaders()
      send = () => reply.sse.send({ data: 'here' })
    })
    const origin = await app.listen({ port: 0, host: '127.0.0.1' })
    const follower = eventSource(origin)
    await until(
      () => send !== undefined,
      () => 'no request yet',
    )
    await opensWith(follower, origin, () => send?.())
    await app.close()
  })
}

/** Checks that a stream opens only when the server sends something. */
async function opensWith(follower: Follower, url: string, send: () => Promise<void> | undefined): Promise<void> {
  await turns(url)
  assert.equal(await Promise.race([follower.opened, Promise.resolve('not yet')]), 'not yet')
  await send()
  await follower.next()
  await follower.opened
  follower.close()
}

/** Calls decorators as functions, because Node does not support their syntax. */
async function withNest(check: (origin: string) => Promise<void>): Promise<void> {
  class Streams {
    get(): unknown {
      return of<MessageEvent>({ data: 'without an ID' })
    }

    post(): unknown {
      return this.get()
    }
  }
  for (const [name, method] of Object.entries({ get: RequestMethod.GET, post: RequestMethod.POST })) {
    const descriptor = Object.getOwnPropertyDescriptor(Streams.prototype, name) ?? {}
    Sse('stream', { method })(Streams.prototype, name, descriptor)
  }
  Controller()(Streams)
  class App {
    readonly controller = Streams
  }
  Module({ controllers: [Streams] })(App)

  // Otherwise its log would appear among the results.
  Logger.overrideLogger(['error'])
  const app = await NestFactory.create(App)
  const server = (await app.listen(0, '127.0.0.1')) as Server
  if (!server.listening) await once(server, 'listening')
  try {
    await check(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    await app.close()
  }
}
