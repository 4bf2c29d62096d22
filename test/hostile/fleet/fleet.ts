/** Thousands of sources whose server restarts: no storm, spread by jitter, all back. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { Figures, Part } from '../part.ts'
import { mostWithin, perInterval } from './curve.ts'
import { outage, type Outage } from './outage.ts'
import { after, type Orders } from './lifecycle.ts'
import { attemptsUntil, jitterOf, leastWait, longestUntil, RECONNECTION_TIME } from './policy.ts'
import { INTERVAL, assertNoStorm, noticeStorm, STORM } from './storm.ts'
import type { Judgement } from './waves.ts'

interface Plan {
  size: number
  options: Orders['options']
  /** How long the server is away, in ms. */
  away: number
}

/** The defaults, but that it begins with a third of the time. */
const QUICK: Plan = { size: 4_000, options: { reconnectionTime: 1_000 }, away: 2_500 }
const LONG: Plan = { size: 4_000, options: {}, away: 20_000 }

/** What processes have open besides the fleet's connections. */
const OTHER_FILES = 200

export const fleet: Part = {
  name: 'fleet',
  run: async (suite, { long }) => {
    const { options, away, size } = long ? LONG : QUICK
    const files = mostFiles()
    if (files < size + OTHER_FILES) {
      suite.missing(`a process may open ${files} files here, which is too few for ${size} connections`)
      return {}
    }
    const base = options.reconnectionTime ?? RECONNECTION_TIME
    let happened: Outage | undefined
    await suite.run(`${size} sources whose server is away for ${away} ms are all connected again`, async () => {
      happened = await outage(size, options, away)
    })
    if (!happened) return {}
    const theOutage = happened
    const { killed, back, lifecycles, requests } = happened

    const since = lifecycles.map((lifecycle) => after(killed, lifecycle))
    const attempts = since.map((lifecycle) => lifecycle.attempts)
    const returns = since.map(({ connections }) => connections[0] ?? Infinity)
    const most = attemptsUntil(back - killed, base)
    const bound = longestUntil(most, base)
    // How late the machine is with them says nothing of the policy.
    await suite.run(`the waits of each source add up to no more than the policy says, ${bound} ms`, () => {
      for (const { failures } of since) {
        const waits = failures.map(({ wait }) => wait)
        const sum = waits.reduce((total, wait) => total + wait, 0)
        assert.ok(sum <= bound, `they add up to ${sum} ms: ${waits.join(', ')}`)
      }
    })
    await suite.run(`nobody makes more attempts than the policy has time for, ${most}`, () => {
      for (const own of attempts) assert.ok(own.length <= most, String(own))
    })
    let late = 0
    await suite.run('each attempt waits for as long as the policy says, and no less', () => {
      for (const { failures, attempts } of since) {
        for (const [index, { time, wait }] of failures.entries()) {
          const least = leastWait(index + 1, base)
          assert.ok(wait >= least && wait <= least * (1 + jitterOf(index + 1)), `wait ${index + 1} was of ${wait} ms`)
          const waited = (attempts[index] ?? Infinity) - time
          // Timers count in whole ms.
          assert.ok(waited >= wait - 2, `attempt ${index + 1} came after ${waited} ms, not ${wait}`)
          late = Math.max(late, waited - wait)
        }
      }
    })
    const shares: number[] = []
    await suite.run(`jitter spreads the waits: in any ${INTERVAL} ms fall no more than their share`, () => {
      const waits = since.map(({ failures }) => failures.map(({ wait }) => wait))
      for (let nth = 1; nth <= Math.min(...waits.map(({ length }) => length)); nth++) {
        const ends = waits.map((own) => own[nth - 1] ?? 0)
        const share = mostWithin(INTERVAL, ends) / size
        const fair = Math.min(1, INTERVAL / (leastWait(nth, base) * jitterOf(nth)))
        shares.push(rounded(share))
        // Chance has it that some interval has more.
        const most = fair + 6 * Math.sqrt((fair * (1 - fair)) / size)
        assert.ok(share <= most, `of wait ${nth} it was ${share}, not ${fair}`)
      }
    })
    let judgements: Judgement[] = []
    await suite.run(`there is no storm: in any ${INTERVAL} ms come no more than were due, as late as they were`, () => {
      judgements = assertNoStorm(theOutage, base)
    })
    let storm = { base: NaN, said: '' }
    await suite.run('a fleet without jitter is noticed, beside one with it that is not', async () => {
      storm = await noticeStorm()
    })
    await suite.run('each of them comes to the new server once', () => {
      assert.equal(requests.length, size)
    })

    const all = attempts.flat()
    const arrivals = requests.map((time) => time - killed)
    const peak = mostWithin(INTERVAL, all)
    return {
      sources: size,
      'reconnection time in ms': base,
      'ms without a server': back - killed,
      'attempts per 100 ms since then': perInterval(INTERVAL, all),
      'requests to the new server per 100 ms': perInterval(INTERVAL, arrivals),
      'connected again per 100 ms': perInterval(INTERVAL, returns),
      'most attempts in any 100 ms': peak,
      'share of the sources, as measured': rounded(peak / size),
      'share of the waits that end in any 100 ms, first wait, second wait and so on': shares,
      'share of the sources whose attempts came in any 100 ms, likewise, and at last of their requests': judgements.map(
        ({ share }) => rounded(share),
      ),
      'share that lateness allows for, likewise': judgements.map(({ most }) => rounded(Math.min(1, most))),
      [`what is said of ${STORM.size} sources that wait for ${storm.base} ms without jitter`]: storm.said,
      'most requests in any 100 ms to the new server': mostWithin(INTERVAL, arrivals),
      ...(long ? await withoutJitter(size, options, away) : {}),
      'most attempts of one source': Math.max(...attempts.map(({ length }) => length)),
      'attempts that the policy allows': most,
      'ms until all were back': Math.max(...returns),
      'ms that the policy allows': bound,
      'ms that a timer was late at most': Math.round(late),
    }
  },
}

function rounded(share: number): number {
  return Math.round(share * 1_000) / 1_000
}

/** What jitter is good for: the same once more, when all wait equally long. */
async function withoutJitter(size: number, options: Orders['options'], away: number): Promise<Figures> {
  const { killed, lifecycles, requests } = await outage(size, { ...options, reconnect: { jitter: 0 } }, away)
  const attempts = lifecycles.flatMap((lifecycle) => after(killed, lifecycle).attempts)
  return {
    'attempts per 100 ms since then, without jitter': perInterval(INTERVAL, attempts),
    // No measure of what they mean to do, where it is the one process's work that spreads them.
    'most attempts in any 100 ms, without jitter': mostWithin(INTERVAL, attempts),
    'most requests in any 100 ms to the new server, without jitter': mostWithin(INTERVAL, requests),
  }
}

/** How many files a process may have open. Node asks for as many as are allowed. */
function mostFiles(): number {
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }))
  return Number.isNaN(limit) ? Infinity : limit
}
