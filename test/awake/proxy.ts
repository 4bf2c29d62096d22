/**
 * A proxy that swallows: it stops forwarding a connection in both directions and keeps it open, like a network that vanished. Each
 * side stays unaware even if the other one closes.
 */

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface SwallowingProxy {
  origin: string
  /**
   * Swallows the connections that carry this path: forwards a random part of the next chunk of their bodies, then nothing.
   * Resolves with the time of the last byte, by `performance.now()`.
   */
  swallow: (path: string) => Promise<number>
  close: () => void
}

interface Carried {
  /** Of the last request. */
  path: string
  /** Whether its response has begun. A request without a response is a matter of `connectTimeout`. */
  isOpen: boolean
  /** Called with the time when the connection is swallowed. */
  cut?: (at: number) => void
  isSwallowed: boolean
}

const REQUEST = /^(?:GET|POST) (\S+) HTTP/

/** @param target the server's port on loopback */
export async function startSwallowingProxy(target: number): Promise<SwallowingProxy> {
  const sockets = new Set<Socket>()
  const connections = new Set<Carried>()

  const keep = (socket: Socket): void => {
    socket.setNoDelay(true)
    sockets.add(socket)
    // Resets are expected here. A swallowed connection hides them from the other side.
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  }

  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true })
    const carried: Carried = { path: '', isOpen: false, isSwallowed: false }
    connections.add(carried)
    keep(near)
    keep(far)
    near.on('data', (chunk: Buffer) => {
      if (carried.isSwallowed) return
      const [, path] = REQUEST.exec(chunk.toString('latin1')) ?? []
      if (path !== undefined) Object.assign(carried, { path, isOpen: false })
      far.write(chunk)
    })
    far.on('data', (chunk: Buffer) => {
      if (carried.isSwallowed) return
      if (!carried.cut || !carried.isOpen) {
        near.write(chunk)
        carried.isOpen = true
        return
      }
      carried.isSwallowed = true
      near.write(chunk.subarray(0, Math.floor(Math.random() * chunk.length)))
      carried.cut(performance.now())
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('end', () => {
        if (!carried.isSwallowed) other.end()
      })
      one.on('close', () => {
        if (carried.isSwallowed) return
        connections.delete(carried)
        other.destroy()
      })
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallow: async (path) => {
      const wanted = [...connections].filter((carried) => carried.path === path && !carried.isSwallowed)
      if (wanted.length === 0) throw new Error(`The proxy has no connection for ${path}`)
      const cut = (carried: Carried): Promise<number> =>
        new Promise((resolve) => {
          carried.cut = resolve
        })
      return Math.max(...(await Promise.all(wanted.map(cut))))
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
