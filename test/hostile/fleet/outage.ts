/** Kills the server of a fleet, restarts it after some seconds, and collects the events of each source. */

import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Child } from './child.ts'
import type { Lifecycle, Orders } from './lifecycle.ts'

export interface Outage {
  /** Times when the server was killed and running again, in ms since 1970. */
  killed: number
  back: number
  lifecycles: Lifecycle[]
  /** Times of requests to the new server. */
  requests: number[]
}

/**
 * Below the range of client ports: while no server is listening, a client that is assigned the same port could connect to
 * itself.
 */
const PORTS = [11_000, 32_000] as const

/** Upper limits for connecting all sources and for answers of a process, in ms; far longer than they take. */
const CONNECTED = 300_000
const ANSWERED = 120_000

/** @param downtime in ms */
export async function outage(size: number, options: Orders['options'], downtime: number): Promise<Outage> {
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
    await delay(downtime)
    const { server } = await startServer(first.port)
    children.push(server)
    const back = Date.now()
    await allConnected(fleet, size)

    const lifecycles = (await fleet.ask('lifecycles', ANSWERED)) as Lifecycle[]
    const { requests } = (await server.ask('requests', ANSWERED)) as { requests: number[] }
    return { killed, back, lifecycles, requests }
  } finally {
    for (const child of children) if (child.isAlive) await child.kill()
  }
}

/** @throws after the time limit, with the number of missing sources */
async function allConnected(fleet: Child, size: number): Promise<void> {
  let answer: unknown
  try {
    answer = await fleet.next(CONNECTED)
  } catch {
    answer = await fleet.ask('connected', ANSWERED)
  }
  if (answer === undefined) throw new Error('the fleet exited before all sources were connected')
  // The last source may have connected after the question was sent.
  if (answer !== 'all') throw new Error(`${size - Number(answer)} of ${size} sources are missing after ${CONNECTED} ms`)
}

/** @param port any free port if absent */
async function startServer(port?: number): Promise<{ server: Child; port: number }> {
  for (let tries = 0; tries < 20; tries++) {
    const chosen = port ?? randomInt(...PORTS)
    const server = new Child(new URL('./server.ts', import.meta.url), [chosen])
    if (await server.next(ANSWERED)) return { server, port: chosen }
  }
  throw new Error('failed to start the server')
}
