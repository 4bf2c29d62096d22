/** Checks that a client has closed its connection and doesn't open another. */

import assert from 'node:assert/strict'
import { streamEvents } from '../../../dist/index.js'
import { numbered, serve, type StreamServer } from './server.ts'

/** Waits until all streams are closed. Rejects if the client then opens one again. */
export async function staysClosed(server: StreamServer): Promise<void> {
  await server.until(({ requests, open }) => requests.length > 0 && open.size === 0, 'no stream is open')
  const before = server.requests.length
  await outlastReconnections()
  assert.equal(server.requests.length, before, 'a request after the end')
}

/** Resolves after another loop has reconnected three times: by now, one that was closed would have reconnected too. */
export async function outlastReconnections(): Promise<void> {
  await using server = await serve(numbered(1))
  for await (const { id } of streamEvents(server.origin, { reconnect: true })) {
    if (id === '4') break
    server.drop()
  }
}
