/** GrowthBook's SDK with streaming updates of feature flags. The server is a small GrowthBook Proxy. */

import assert from 'node:assert/strict'
import { GrowthBook, setPolyfills, type Options } from '@growthbook/growthbook'
import type { Client, EventSourceClass } from './client.ts'
import { Inbox } from './inbox.ts'
import { serve, type StreamServer } from './server.ts'

const HEADERS = '`streamingHostRequestHeaders` are sent'

interface Proxy extends StreamServer {
  /** Changes the flag, and sends it. */
  send(news: string): void
  /** Changes the flag, and only says so. */
  announce(news: string): void
}

/** Serves one flag, `news`. Refuses the first streams with the status, if there is one. */
async function serveFlags(refusals: number[] = []): Promise<Proxy> {
  let news = 'first'
  const payload = (): string => JSON.stringify({ features: { news: { defaultValue: news } } })
  const server = await serve((request, response) => {
    if (request.url.startsWith('/api/features/')) {
      response.writeHead(200, { 'Content-Type': 'application/json', 'X-SSE-Support': 'enabled' }).end(payload())
      return
    }
    const refusal = refusals.shift()
    if (refusal === undefined) response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    else response.writeHead(refusal).end()
  })
  const emit = (value: string, type: string, data: () => string): void => {
    news = value
    for (const response of server.open) response.write(`event: ${type}\ndata: ${data()}\n\n`)
  }
  return Object.assign(server, {
    send(value: string) {
      emit(value, 'features', payload)
    },
    announce(value: string) {
      emit(value, 'features-updated', () => '')
    },
  })
}

/** Ends with an open stream. */
async function connect(EventSource: EventSourceClass, server: Proxy, options: Options = {}) {
  setPolyfills({ EventSource })
  const growthbook = new GrowthBook({ apiHost: server.origin, clientKey: 'sdk-key', ...options })
  await growthbook.init({ streaming: true })
  await server.until(({ open }) => open.size === 1, 'it has connected')
  const values = new Inbox<string>()
  growthbook.setRenderer(() => {
    values.put(growthbook.getFeatureValue('news', 'none'))
  })
  const close = (): void => {
    growthbook.destroy({ destroyAllStreams: true })
  }
  return { growthbook, values, close }
}

export const client: Client = {
  name: 'GrowthBook',
  packages: ['@growthbook/growthbook'],
  how: 'setPolyfills({ EventSource })',
  others: { eventsource: [HEADERS], native: [HEADERS] },
  note: '`destroy()` closes the stream with `destroyAllStreams`.',
  trials: [
    {
      name: 'messages arrive',
      async run(EventSource) {
        await using server = await serveFlags()
        const { growthbook, values, close } = await connect(EventSource, server)
        assert.equal(growthbook.getFeatureValue('news', 'none'), 'first')
        server.send('second')
        assert.deepEqual(await values.take(1), ['second'])
        close()
      },
    },
    {
      name: 'after a dropped connection, it reconnects',
      async run(EventSource) {
        await using server = await serveFlags()
        const { values, close } = await connect(EventSource, server)
        server.drop()
        await server.until(({ open, requests }) => requests.length === 3 && open.size === 1, 'it has reconnected')
        server.send('later')
        assert.deepEqual(await values.take(1), ['later'])
        close()
      },
    },
    {
      name: 'closing frees the server',
      async run(EventSource) {
        await using server = await serveFlags()
        const { close } = await connect(EventSource, server)
        close()
        await server.untilFreed()
      },
    },
    {
      name: '`features-updated` fetches the flags',
      async run(EventSource) {
        await using server = await serveFlags()
        const { values, close } = await connect(EventSource, server)
        server.announce('fetched')
        assert.deepEqual(await values.take(1), ['fetched'])
        close()
      },
    },
    {
      name: 'after status 503, it connects again',
      async run(EventSource) {
        await using server = await serveFlags([503])
        const { values, close } = await connect(EventSource, server)
        server.send('second')
        assert.deepEqual(await values.take(1), ['second'])
        close()
      },
    },
    {
      name: HEADERS,
      async run(EventSource) {
        await using server = await serveFlags()
        const { close } = await connect(EventSource, server, {
          streamingHostRequestHeaders: { Authorization: 'Bearer a' },
        })
        assert.equal(server.requests.at(-1)?.headers.authorization, 'Bearer a')
        close()
      },
    },
  ],
}
