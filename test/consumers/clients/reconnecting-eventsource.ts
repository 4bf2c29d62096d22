/** `reconnecting-eventsource`, a wrapper that also reconnects after a refused response. */

import assert from 'node:assert/strict'
import imported from 'reconnecting-eventsource'
import type { Client, EventSourceClass } from './client.ts'
import { Inbox } from './inbox.ts'
import { numbered, serve, type StreamServer } from './server.ts'

// Its declarations are those of its CommonJS build.
const ReconnectingEventSource = imported as unknown as typeof imported.default

const HEADERS = 'the option `headers` is passed on'

function connect(
  EventSource: EventSourceClass,
  { origin }: StreamServer,
  options: { headers?: Record<string, string> } = {},
) {
  const source = new ReconnectingEventSource(origin, { eventSourceClass: EventSource, max_retry_time: 50, ...options })
  const ids = new Inbox<string>()
  // It ignores the IDs of messages that only `onmessage` gets.
  source.addEventListener('message', ({ lastEventId }) => {
    ids.put(lastEventId)
  })
  return { source, ids }
}

export const client: Client = {
  name: 'reconnecting-eventsource',
  packages: ['reconnecting-eventsource'],
  how: 'new ReconnectingEventSource(url, { eventSourceClass: EventSource })',
  others: { eventsource: [HEADERS], native: [HEADERS] },
  trials: [
    {
      name: 'messages arrive',
      async run(EventSource) {
        await using server = await serve(numbered())
        const { source, ids } = connect(EventSource, server)
        assert.deepEqual(await ids.take(3), ['1', '2', '3'])
        source.close()
      },
    },
    {
      name: 'a dropped connection resumes',
      async run(EventSource) {
        await using server = await serve(numbered(2))
        const { source, ids } = connect(EventSource, server)
        assert.deepEqual(await ids.take(2), ['1', '2'])
        server.drop()
        assert.deepEqual(await ids.take(2), ['3', '4'])
        assert.equal(server.requests[1]?.headers['last-event-id'], '2')
        source.close()
      },
    },
    {
      name: 'closing frees the server',
      async run(EventSource) {
        await using server = await serve(numbered())
        const { source, ids } = connect(EventSource, server)
        await ids.take(1)
        source.close()
        await server.untilFreed()
      },
    },
    {
      name: 'after status 503, it connects again',
      async run(EventSource) {
        const count = numbered(2)
        await using server = await serve((request, response, server) => {
          if (server.requests.length === 2) response.writeHead(503).end()
          else count(request, response, server)
        })
        const { source, ids } = connect(EventSource, server)
        await ids.take(2)
        server.drop()
        await ids.take(2)
        assert.equal(server.requests[2]?.url, '/?lastEventId=2')
        source.close()
        await server.untilFreed()
      },
    },
    {
      name: HEADERS,
      async run(EventSource) {
        await using server = await serve(numbered())
        const { source, ids } = connect(EventSource, server, { headers: { Authorization: 'Bearer a' } })
        await ids.take(1)
        source.close()
        assert.equal(server.requests[0]?.headers.authorization, 'Bearer a')
      },
    },
  ],
}
