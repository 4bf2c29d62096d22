/** Thousands of sources whose server restarts: jitter spreads their attempts, and all reconnect. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { Figures, Part } from '../part.ts'
import { mostWithin, perInterval } from './curve.ts'
import { outage, type Outage } from './outage.ts'
import { after, type Orders } from './lifecycle.ts'
import { attemptsUntil, jitterOf, leastWait, longestUntil, RECONNECTION_TIME } from './policy.ts'
import { INTERVAL, assertNoStorm, noticeStorm, STORM } from './storm.ts'
import type { Verdict } from './waves.ts'

interface Plan {
  size: number
  options: Orders['options']
  /** How long the server is down, in ms. */
  downtime: number
}

/** The defaults, with a third of the reconnection time. */
const QUICK: Plan = { size: 4_000, options: { reconnectionTime: 1_000 }, downtime: 2_500 }
const LONG: Plan = { size: 4_000, options: {}, downtime: 20_000 }

/** Open files beyond the fleet's connections. */
const OTHER_FILES = 200

export const fleet: Part = {
  name: 'fleet',
  run: async (suite, { long }) => {
    const { options, downtime, size } = long ? LONG : QUICK
    const files = mostFiles()
    if (files < size + OTHER_FILES) {
      suite.missing(`the limit of ${files} open files is too low for ${size} connections`)
      return {}
    }
    const base = options.reconnectionTime ?? RECONNECTION_TIME
    let measured: Outage | undefined
    await suite.run(`all of ${size} sources reconnect after their server was down for ${downtime} ms`, async () => {
      measured = await outage(size, options, downtime)
    })
    if (!measured) return {}
    const theOutage = measured
    const { killed, back, lifecycles, requests } = measured

    const since = lifecycles.map((lifecycle) => after(killed, lifecycle))
    const attempts = since.map((lifecycle) => lifecycle.attempts)
    const returns = since.map(({ connections }) => connections[0] ?? Infinity)
    const most = attemptsUntil(back - killed, base)
    const bound = longestUntil(most, base)
    // Checks the announced waits: delays of the machine are not part of the policy.
    await suite.run(`the waits of each source add up to at most ${bound} ms, the policy's limit`, () => {
      for (const { failures } of since) {
        const waits = failures.map(({ wait }) => wait)
        const sum = waits.reduce((total, wait) => total + wait, 0)
        assert.ok(sum <= bound, `they add up to ${sum} ms: ${waits.join(', ')}`)
      }
    })
    await suite.run(`no source makes more than ${most} attempts, the policy's limit`, () => {
      for (const own of attempts) assert.ok(own.length <= most, String(own))
    })
    let late = 0
    await suite.run('each attempt waits as long as the policy says', () => {
      for (const { failures, attempts } of since) {
        for (const [index, { time, wait }] of failures.entries()) {
          const least = leastWait(index + 1, base)
          assert.ok(wait >= least && wait <= least * (1 + jitterOf(index + 1)), `wait ${index + 1} was ${wait} ms`)
          const waited = (attempts[index] ?? Infinity) - time
          // Timers count in whole ms.
          assert.ok(waited >= wait - 2, `attempt ${index + 1} came after ${waited} ms, not ${wait}`)
          late = Math.max(late, waited - wait)
        }
      }
    })
    const shares: number[] = []
    await suite.run(`jitter spreads the waits: no ${INTERVAL} ms window exceeds its share`, () => {
      const waits = since.map(({ failures }) => failures.map(({ wait }) => wait))
      for (let nth = 1; nth <= Math.min(...waits.map(({ length }) => length)); nth++) {
        const ends = waits.map((own) => own[nth - 1] ?? 0)
        const share = mostWithin(INTERVAL, ends) / size
        const fair = Math.min(1, INTERVAL / (leastWait(nth, base) * jitterOf(nth)))
        shares.push(rounded(share))
        // Some intervals have more by chance.
        const most = fair + 6 * Math.sqrt((fair * (1 - fair)) / size)
        assert.ok(share <= most, `share of wait ${nth} was ${share}, not ${fair}`)
      }
    })
    let verdicts: Verdict[] = []
    await suite.run(`no reconnection storm: no ${INTERVAL} ms window has more attempts than were due`, () => {
      verdicts = assertNoStorm(theOutage, base)
    })
    let storm = { base: NaN, message: '' }
    await suite.run('the check detects a fleet without jitter, and passes one with jitter', async () => {
      storm = await noticeStorm()
    })
    await suite.run('each source sends one request to the new server', () => {
      assert.equal(requests.length, size)
    })

    const all = attempts.flat()
    const arrivals = requests.map((time) => time - killed)
    const peak = mostWithin(INTERVAL, all)
    return {
      sources: size,
      'reconnection time, ms': base,
      'server down for, ms': back - killed,
      'attempts per 100 ms': perInterval(INTERVAL, all),
      'requests to the new server per 100 ms': perInterval(INTERVAL, arrivals),
      'reconnected per 100 ms': perInterval(INTERVAL, returns),
      'most attempts in any 100 ms': peak,
      'as a share of the sources': rounded(peak / size),
      'most waits ending in any 100 ms, share by attempt': shares,
      'most attempts in any 100 ms, share by attempt, then requests': verdicts.map(({ share }) => rounded(share)),
      'largest allowed share, given late timers': verdicts.map(({ most }) => rounded(Math.min(1, most))),
      [`error for ${STORM.size} sources with waits of ${storm.base} ms without jitter`]: storm.message,
      'most requests in any 100 ms to the new server': mostWithin(INTERVAL, arrivals),
      ...(long ? await withoutJitter(size, options, downtime) : {}),
      'most attempts of one source': Math.max(...attempts.map(({ length }) => length)),
      'most attempts the policy allows': most,
      'all reconnected after, ms': Math.max(...returns),
      'sum of waits the policy allows, ms': bound,
      'latest timer, ms': Math.round(late),
    }
  },
}

function rounded(share: number): number {
  return Math.round(share * 1_000) / 1_000
}

/** Repeats the outage without jitter, for comparison. */
async function withoutJitter(size: number, options: Orders['options'], downtime: number): Promise<Figures> {
  const { killed, lifecycles, requests } = await outage(size, { ...options, reconnect: { jitter: 0 } }, downtime)
  const attempts = lifecycles.flatMap((lifecycle) => after(killed, lifecycle).attempts)
  return {
    'attempts per 100 ms, without jitter': perInterval(INTERVAL, attempts),
    // The work of the single client process spreads attempts too, so this understates the difference.
    'most attempts in any 100 ms, without jitter': mostWithin(INTERVAL, attempts),
    'most requests in any 100 ms to the new server, without jitter': mostWithin(INTERVAL, requests),
  }
}

/** Limit of open files per process. Node raises its own limit to this. */
function mostFiles(): number {
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }))
  return Number.isNaN(limit) ? Infinity : limit
}
