/** A proxy that damages each response by a random plan. */

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { type Head, HttpReader } from './http-reader.ts'
import { CALM, CUTS, type Cut, drawPlan, type Manner, MANNERS, type Plan } from './plan.ts'
import { randomNumbers } from './random.ts'
import { relay } from './relay.ts'
import { Wire } from './wire.ts'

export interface ChaosProxy {
  origin: string
  /** Number of cut responses, in total and by kind. */
  cuts: number
  readonly byCut: Record<Cut, number>
  readonly byManner: Record<Manner, number>
  /** Number of cuts in the head. */
  inHeads: number
  /** Passes everything on unchanged from now on. */
  calm: () => void
  close: () => void
}

/** Called with each complete request. */
export type Inspect = (url: URL, head: Head, body: string) => void

const BAD_GATEWAY = 'HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 15\r\n\r\nserver is down.'

/** @param target the server's port on loopback */
export async function startChaosProxy(target: number, seed: number, inspect: Inspect): Promise<ChaosProxy> {
  const sockets = new Set<Socket>()
  /** Requests by client: plans must not depend on the order of clients. */
  const requests = new Map<string, number>()
  let isCalm = false

  const serve = async (near: Socket): Promise<void> => {
    const reader = new HttpReader(near)
    for (let isReusable = true; ;) {
      const head = await reader.head()
      // After a cut, waits until the client disconnects.
      if (!head || !isReusable) return
      const body = await reader.bytes(Number(head.headers.get('content-length') ?? 0))
      const url = new URL(head.line.split(' ')[1] ?? '', proxy.origin)
      inspect(url, head, body.toString('utf8'))
      const client = url.searchParams.get('client') ?? ''
      const nth = (requests.get(client) ?? 0) + 1
      requests.set(client, nth)
      const random = randomNumbers(seed, Number(client), nth)
      const plan = isCalm ? CALM : drawPlan(random)
      isReusable = await answer(near, head, body, plan, new Wire(near, plan, random))
    }
  }

  /** Returns whether the connection can be used for another request. */
  const answer = async (near: Socket, head: Head, body: Buffer, plan: Plan, wire: Wire): Promise<boolean> => {
    if (plan.cut === '502' || plan.cut === 'closed without a response') {
      count(plan)
      if (plan.cut === '502') return (await wire.send(Buffer.from(BAD_GATEWAY))) === 'sent'
      near.destroy()
      return false
    }
    const far = connect(target, '127.0.0.1')
    keep(far)
    const disconnect = (): void => void far.destroy()
    near.once('close', disconnect)
    far.write(`${head.line}\r\n${fields(head)}\r\n`)
    far.write(body)
    const isCut = await relay(far, wire, plan)
    near.off('close', disconnect)
    far.destroy()
    if (!isCut) return false
    count(plan)
    return finish(near, plan)
  }

  const count = ({ cut, manner, inHead }: Plan): void => {
    if (!cut) return
    proxy.cuts++
    proxy.byCut[cut]++
    proxy.byManner[manner]++
    if (inHead !== undefined) proxy.inHeads++
  }

  const keep = (socket: Socket): void => {
    socket.setNoDelay(true)
    sockets.add(socket)
    // Connection errors are expected here.
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  }

  const server = createServer((near) => {
    keep(near)
    serve(near).then(
      () => near.destroy(),
      () => near.destroy(),
    )
  })
  await once(server.listen({ host: '127.0.0.1', port: 0, backlog: 1_024 }), 'listening')

  const proxy: ChaosProxy = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: 0,
    byCut: zeros(CUTS),
    byManner: zeros(MANNERS),
    inHeads: 0,
    calm: () => {
      isCalm = true
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
  return proxy
}

/** Performs the cut. Returns whether the connection can be used for another request. */
function finish(near: Socket, { cut }: Plan): boolean {
  switch (cut) {
    case 'ended':
      return true
    case 'stalled':
      // Until the client times out.
      return false
    case 'half-closed':
      near.end()
      return false
    case 'reset':
      near.resetAndDestroy()
      return false
    default:
      near.end(() => near.destroy())
      return false
  }
}

function fields({ headers }: Head): string {
  return [...headers].map(([name, value]) => `${name}: ${name === 'connection' ? 'close' : value}\r\n`).join('')
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
}
