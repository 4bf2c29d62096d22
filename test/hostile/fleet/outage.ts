/** A fleet that loses its server for some seconds: what each of its sources went through. */

import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Child } from './child.ts'
import type { Lifecycle, Orders } from './lifecycle.ts'

export interface Outage {
  /** In ms since 1970: when the server was killed, and when there was one again. */
  killed: number
  back: number
  lifecycles: Lifecycle[]
  /** When requests came to the server that came back. */
  requests: number[]
}

/**
 * Below those that systems give to clients: a client that asks for one of its own while nobody listens there can come to be
 * connected with itself.
 */
const PORTS = [11_000, 32_000] as const

/** How long it may take until all are connected, and until a process answers, in ms: much more than it does. */
const CONNECTED = 300_000
const ANSWERED = 120_000

/** @param away in ms */
export async function outage(size: number, options: Orders['options'], away: number): Promise<Outage> {
  const children: Child[] = []
  try {
    const first = await startServer()
    children.push(first.server)
    const orders: Orders = { url: `http://127.0.0.1:${first.port}/`, size, options }
    const fleet = new Child(new URL('./sources.ts', import.meta.url), [JSON.stringify(orders)])
    children.push(fleet)
    await allConnected(fleet, size)

    const killed = Date.now()
    await first.server.kill()
    await delay(away)
    const { server } = await startServer(first.port)
    children.push(server)
    const back = Date.now()
    await allConnected(fleet, size)

    const lifecycles = (await fleet.asked('lifecycles', ANSWERED)) as Lifecycle[]
    const { requests } = (await server.asked('requests', ANSWERED)) as { requests: number[] }
    return { killed, back, lifecycles, requests }
  } finally {
    for (const child of children) if (child.isAlive) await child.kill()
  }
}

/** @throws where they are not for long, and says how many are missing */
async function allConnected(fleet: Child, size: number): Promise<void> {
  let said: unknown
  try {
    said = await fleet.says(CONNECTED)
  } catch {
    said = await fleet.asked('connected', ANSWERED)
  }
  if (said === undefined) throw new Error('the fleet has ended before all of it was connected')
  // The last may have come while the question was on its way.
  if (said !== 'all') throw new Error(`${size - Number(said)} of ${size} sources are missing after ${CONNECTED} ms`)
}

/** @param port some that is free where it is absent */
async function startServer(port?: number): Promise<{ server: Child; port: number }> {
  for (let tries = 0; tries < 20; tries++) {
    const chosen = port ?? randomInt(...PORTS)
    const server = new Child(new URL('./server.ts', import.meta.url), [chosen])
    if (await server.says(ANSWERED)) return { server, port: chosen }
  }
  throw new Error('no server could be started')
}
