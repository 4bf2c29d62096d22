/** Thousands of sources whose server restarts: no storm, spread by jitter, all back. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { Figures, Part } from '../part.ts'
import { mostWithin, perInterval } from './curve.ts'
import { outage, type Outage } from './outage.ts'
import type { Life, Orders } from './life.ts'

interface Plan {
  size: number
  options: Orders['options']
  /** How long the server is away, in ms. */
  away: number
}

/** The defaults, but that it begins with a third of the time. */
const QUICK: Plan = { size: 4_000, options: { reconnectionTime: 1_000 }, away: 2_500 }
const LONG: Plan = { size: 4_000, options: {}, away: 20_000 }

/** The defaults, as docs/requests.md has them. */
const RECONNECTION_TIME = 3_000
const FACTOR = 2
const JITTER = 0.25

/** One row of the curve, in ms. */
const INTERVAL = 100

/** What a busy machine may be late by, in ms. */
const LATE = 10_000

/** What processes have open besides the fleet's connections. */
const OTHER_FILES = 200

export const fleet: Part = {
  name: 'fleet',
  run: async (suite, { long }) => {
    const { options, away, ...plan } = long ? LONG : QUICK
    const size = Math.min(plan.size, mostFiles() - OTHER_FILES)
    const base = options.reconnectionTime ?? RECONNECTION_TIME
    let happened: Outage | undefined
    await suite.run(`${size} sources whose server is away for ${away} ms are all connected again`, async () => {
      happened = await outage(size, options, away)
    })
    if (!happened) return {}
    const { killed, back, lives, requests } = happened

    const since = lives.map((life) => after(killed, life))
    const attempts = since.map((life) => life.attempts)
    const returns = since.map(({ connections }) => connections[0] ?? Infinity)
    const most = attemptsUntil(back - killed, base)
    const bound = longestUntil(most, base)
    await suite.run(`nobody is back later than the policy says, after ${bound} ms`, () => {
      assert.ok(Math.max(...returns) <= bound + LATE, `the last was back after ${Math.max(...returns)} ms`)
    })
    await suite.run(`nobody makes more attempts than the policy has time for, ${most}`, () => {
      for (const own of attempts) assert.ok(own.length <= most, String(own))
    })
    let late = 0
    await suite.run('each attempt waits for as long as the policy says, and no less', () => {
      for (const { failures, attempts } of since) {
        for (const [index, { time, wait }] of failures.entries()) {
          const least = leastWait(index + 1, base)
          assert.ok(wait >= least && wait <= least * (1 + JITTER), `wait ${index + 1} was of ${wait} ms`)
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
        const fair = INTERVAL / (leastWait(nth, base) * JITTER)
        shares.push(Math.round(share * 1_000) / 1_000)
        // Chance has it that some interval has more.
        const most = fair + 6 * Math.sqrt((fair * (1 - fair)) / size)
        assert.ok(share <= most, `of wait ${nth} it was ${share}, not ${fair}`)
      }
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
      'share of the sources, as measured': Math.round((peak / size) * 1_000) / 1_000,
      'share of the waits that end in any 100 ms, first wait, second wait and so on': shares,
      'share of the waits without jitter': 1,
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

/** What it went through from then on, and when after that. */
function after(start: number, { attempts, failures, connections }: Life): Life {
  const shift = (times: number[]): number[] => times.filter((time) => time >= start).map((time) => time - start)
  return {
    attempts: shift(attempts),
    failures: failures.filter(({ time }) => time >= start).map(({ time, wait }) => ({ time: time - start, wait })),
    connections: shift(connections),
  }
}

/** What jitter is good for: the same once more, when all wait equally long. */
async function withoutJitter(size: number, options: Orders['options'], away: number): Promise<Figures> {
  const { killed, lives, requests } = await outage(size, { ...options, reconnect: { jitter: 0 } }, away)
  const attempts = lives.flatMap((life) => after(killed, life).attempts)
  return {
    'attempts per 100 ms since then, without jitter': perInterval(INTERVAL, attempts),
    // No measure of what they mean to do, where it is the one process's work that spreads them.
    'most attempts in any 100 ms, without jitter': mostWithin(INTERVAL, attempts),
    'most requests in any 100 ms to the new server, without jitter': mostWithin(INTERVAL, requests),
  }
}

/** The nth wait without jitter, in ms: after the loss of a connection that was good, and the first failure, it is the same. */
function leastWait(nth: number, base: number): number {
  return base * FACTOR ** Math.max(0, nth - 2)
}

/** How many attempts there can be in the first so many ms, and the one after: it comes when the server is there. */
function attemptsUntil(ms: number, base: number): number {
  let attempts = 1
  for (let time = leastWait(1, base); time < ms; time += leastWait(attempts, base)) attempts++
  return attempts
}

/** When so many attempts have been made at the latest, in ms. */
function longestUntil(attempts: number, base: number): number {
  let ms = 0
  for (let nth = 1; nth <= attempts; nth++) ms += leastWait(nth, base) * (1 + JITTER)
  return ms
}

/** How many files a process may have open. Node asks for as many as are allowed. */
function mostFiles(): number {
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }))
  return Number.isNaN(limit) ? Infinity : limit
}
