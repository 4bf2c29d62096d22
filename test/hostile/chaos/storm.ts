/** Runs many clients behind the proxy until it has cut often enough, and then until each has received every message. */

import { until } from '../../servers/until.ts'
import { CLIENTS } from './clients.ts'
import { Follower } from './follower.ts'
import { Log, serveLog } from './log.ts'
import { type ChaosProxy, startChaosProxy } from './proxy.ts'
import { randomNumbers } from './random.ts'

interface Storm {
  proxy: ChaosProxy
  followers: Follower[]
}

/** Upper limit for waits, in ms; far longer than they take. */
const PATIENCE = 300_000
/** Additional time per cut, in ms. */
const PATIENCE_PER_CUT = 100

/** @param each number of clients of each kind */
export async function storm(cuts: number, each: number, seed: number): Promise<Storm> {
  const log = new Log(randomNumbers(seed))
  const server = await serveLog(log)
  const followers: Follower[] = []
  const proxy = await startChaosProxy(server.port, seed, (url, head, body) => {
    followers[Number(url.searchParams.get('client'))]?.inspect(url, head, body)
  })
  for (const [kind, follow] of Object.entries(CLIENTS)) {
    for (let n = 0; n < each; n++) {
      const url = `${proxy.origin}/log?client=${followers.length}`
      followers.push(new Follower(kind, follow, url, log))
    }
  }
  const hasFailed = (): boolean => followers.some(({ faults }) => faults.length > 0)
  try {
    await until(
      () => proxy.cuts >= cuts || hasFailed(),
      () => `${proxy.cuts} of ${cuts} cuts so far`,
      PATIENCE + cuts * PATIENCE_PER_CUT,
    )
    proxy.calm()
    const all = log.entries.length
    await until(
      () => followers.every(({ seen }) => seen >= all) || hasFailed(),
      () => `some have not reached message ${all}: ${behind(followers, all)}`,
      PATIENCE,
    )
  } finally {
    for (const follower of followers) follower.close()
    proxy.close()
    server.close()
    log.close()
  }
  return { proxy, followers }
}

function behind(followers: Follower[], all: number): string {
  const late = followers.filter(({ seen }) => seen < all)
  return late.map(({ kind, seen }) => `${kind} at ${seen}`).join(', ')
}
