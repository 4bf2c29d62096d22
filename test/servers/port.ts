/** Finds free ports for configuration files. */

import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Ports that other checks of this process use. */
const given = new Set<number>()

/**
 * Returns a free port below 32768: systems assign higher ports to outgoing connections, which could take it before the server
 * does.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(11_000, 32_000)
    if (given.has(port)) continue
    given.add(port)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => {
        resolve(false)
      })
      server.listen(port, '127.0.0.1', () => {
        resolve(true)
      })
    })
    if (!isFree) continue
    await new Promise((closed) => server.close(closed))
    return port
  }
}
