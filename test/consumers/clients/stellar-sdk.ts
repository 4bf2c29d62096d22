/** The Stellar SDK's `stream()` of Horizon. The server is a small Horizon, with a ledger for each ID. */

import assert from 'node:assert/strict'
import { Horizon } from '@stellar/stellar-sdk'
import type { Client } from './client.ts'
import { Inbox } from './inbox.ts'
import { serve, type StreamServer } from './server.ts'

/** Two ledgers after the last event ID or the cursor. */
function serveLedgers(isRefused: (server: StreamServer) => boolean = () => false): Promise<StreamServer> {
  return serve((request, response, server) => {
    if (isRefused(server)) {
      response.writeHead(503).end()
      return
    }
    const cursor = new URL(request.url, 'http://a.test').searchParams.get('cursor')
    const last = Number(request.headers['last-event-id'] ?? cursor)
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('event: open\ndata: "hello"\n\n')
    for (const id of [last + 1, last + 2]) {
      response.write(`id: ${id}\ndata: ${JSON.stringify({ paging_token: `${id}`, sequence: id })}\n\n`)
    }
  })
}

function stream({ origin }: StreamServer, reconnectTimeout?: number): { sequences: Inbox<number>; close: () => void } {
  const sequences = new Inbox<number>()
  const horizon = new Horizon.Server(origin, { allowHttp: true })
  const close = horizon
    .ledgers()
    .cursor('0')
    .stream({
      onmessage({ sequence }) {
        sequences.put(sequence)
      },
      ...(reconnectTimeout && { reconnectTimeout }),
    })
  return { sequences, close }
}

export const client: Client = {
  name: 'Stellar SDK',
  packages: ['@stellar/stellar-sdk'],
  runsIn: 'project',
  how: '"overrides": { "eventsource": "npm:everysource@^0.1.0" }',
  others: { eventsource: [] },
  trials: [
    {
      name: 'messages arrive',
      async run() {
        await using server = await serveLedgers()
        const { sequences, close } = stream(server)
        assert.deepEqual(await sequences.take(2), [1, 2])
        close()
      },
    },
    {
      name: 'a dropped connection resumes',
      async run() {
        await using server = await serveLedgers()
        const { sequences, close } = stream(server)
        await sequences.take(2)
        server.drop()
        assert.deepEqual(await sequences.take(2), [3, 4])
        assert.equal(server.requests[1]?.headers['last-event-id'], '2')
        close()
      },
    },
    {
      name: 'closing frees the server',
      async run() {
        await using server = await serveLedgers()
        const { sequences, close } = stream(server)
        await sequences.take(1)
        close()
        await server.untilFreed()
      },
    },
    {
      name: "after the server's `close` event, it connects again with the cursor",
      async run() {
        await using server = await serveLedgers()
        const { sequences, close } = stream(server)
        await sequences.take(2)
        for (const response of server.open) response.end('event: close\ndata: "byebye"\n\n')
        assert.deepEqual(await sequences.take(2), [3, 4])
        assert.match(server.requests[1]?.url ?? '', /cursor=2/)
        close()
        await server.untilFreed()
      },
    },
    {
      name: 'after status 503, it connects again with the cursor',
      async run() {
        await using server = await serveLedgers(({ requests }) => requests.length === 2)
        const { sequences, close } = stream(server, 500)
        await sequences.take(2)
        server.drop()
        assert.deepEqual(await sequences.take(2), [3, 4])
        assert.match(server.requests[2]?.url ?? '', /cursor=2/)
        close()
      },
    },
  ],
}
