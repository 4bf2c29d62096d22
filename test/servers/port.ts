/** Ports that have to be known before anything listens at them. */

import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Ports that another check of this process is about to use. */
const given = new Set<number>()

/**
 * A port that is not in use: a configuration file has to name it. Not one of those that systems give to connections, 32768 and
 * up, because a connection could take it before the server does.
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
