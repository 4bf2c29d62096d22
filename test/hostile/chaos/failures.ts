/** Provokes a failure with `EventSource` and `streamEvents`, and checks the result. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConnectionError, EventSource, streamEvents } from '../../../dist/index.js'
import { until } from '../../servers/until.ts'
import { refusing, type Peer } from './peers.ts'
import type { Failing } from './reasons.ts'

/** Maximum time until a failure, in ms; DNS failures take longest. */
const PATIENCE = 120_000

export async function check({ start, options, ...expected }: Failing): Promise<void> {
  const peer = await start()
  try {
    await throughEventSource(peer, options, expected)
    await throughLoop(peer, options, expected)
  } finally {
    peer.close()
  }
}

type Expected = Omit<Failing, 'start' | 'options'>

async function throughEventSource(
  { url, onRead }: Peer,
  options: Failing['options'],
  expected: Expected,
): Promise<void> {
  const { reconnects } = expected
  const source = new EventSource(url, { reconnectionTime: 1, ...options })
  const errors: { error: ConnectionError; willReconnect: boolean; readyState: number }[] = []
  source.onerror = ({ error, willReconnect }) => {
    if (error) errors.push({ error, willReconnect, readyState: source.readyState })
  }
  source.onmessage = () => onRead?.()
  try {
    // The second error shows that it reconnected.
    await until(
      () => errors.length >= (reconnects ? 2 : 1),
      () => `there are ${errors.length} errors`,
      PATIENCE,
    )
  } finally {
    source.close()
  }
  const readyState = reconnects ? EventSource.CONNECTING : EventSource.CLOSED
  for (const { error, ...state } of errors) {
    compare(error, expected)
    assert.deepEqual(state, { willReconnect: reconnects, readyState })
  }
}

async function throughLoop({ url, onRead }: Peer, options: Failing['options'], expected: Expected): Promise<void> {
  const events = streamEvents(url, { ...options, reconnect: false })
  try {
    for await (const _ of events) onRead?.()
    assert.equal(expected.reason, 'ended')
  } catch (error) {
    compare(error, expected)
  }
}

function compare(error: unknown, { reason, code, status }: Expected): void {
  assert.ok(error instanceof ConnectionError, String(error))
  assert.deepEqual({ reason: error.reason, status: error.status }, { reason, status })
  assert.ok(code?.includes(error.code ?? '') ?? error.code === undefined, `code ${error.code}: ${error.stack}`)
  assert.ok(!String(error.stack).includes('secret'), error.stack)
}

/** A server stops and starts again on the same port. */
export async function restart(): Promise<void> {
  const first = await serve(0, '1')
  const { port } = first.address() as AddressInfo
  const seen: string[] = []
  const source = new EventSource(`http://127.0.0.1:${port}/`, { reconnectionTime: 1 })
  source.onmessage = ({ data }) => seen.push(data)
  source.onerror = ({ error, willReconnect }) => seen.push(`${error?.reason}, ${willReconnect}, ${error?.code}`)
  let second: Server | undefined
  try {
    await until(
      () => seen.includes('1'),
      () => `seen: ${String(seen)}`,
      PATIENCE,
    )
    stop(first)
    await until(
      () => seen.includes('network, true, ECONNREFUSED'),
      () => `seen: ${String(seen)}`,
      PATIENCE,
    )
    second = await serve(port, '2')
    await until(
      () => seen.includes('2'),
      () => `seen: ${String(seen)}`,
      PATIENCE,
    )
  } finally {
    source.close()
    stop(first)
    if (second) stop(second)
  }
  const [message, loss = '', ...refusals] = seen.slice(0, -1)
  assert.equal(message, '1')
  assert.match(loss, /^network, true, (UND_ERR_SOCKET|ECONNRESET)$/)
  assert.ok(refusals.length > 0)
  for (const refusal of refusals) assert.equal(refusal, 'network, true, ECONNREFUSED')
}

/** Stops after the policy's number of attempts. */
export async function giveUp(): Promise<void> {
  const { url } = await refusing()
  const source = new EventSource(url, { reconnectionTime: 1, reconnect: { maxAttempts: 3, factor: 1 } })
  const seen: [number, boolean, number][] = []
  source.onerror = ({ error, willReconnect }) => {
    if (error) seen.push([error.attempt, willReconnect, source.readyState])
  }
  await until(
    () => source.readyState === EventSource.CLOSED,
    () => `seen: ${JSON.stringify(seen)}`,
    PATIENCE,
  )
  const { CONNECTING, CLOSED } = EventSource
  assert.deepEqual(seen, [
    [1, true, CONNECTING],
    [2, true, CONNECTING],
    [3, false, CLOSED],
  ])
}

async function serve(port: number, data: string): Promise<Server> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(`data: ${data}\n\n`)
  })
  let failure: unknown
  const listens = async (): Promise<boolean> => {
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening')
      return true
    } catch (error) {
      // Another program may be using the port for an outgoing connection.
      failure = error
      return false
    }
  }
  await until(listens, () => `port ${port} is not available: ${String(failure)}`, PATIENCE)
  return server
}

function stop(server: Server): void {
  server.closeAllConnections()
  server.close()
}
