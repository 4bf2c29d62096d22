/** That a fleet makes no storm, and that one which does is noticed. */

import assert from 'node:assert/strict'
import { after } from './lifecycle.ts'
import { outage, type Outage } from './outage.ts'
import { jitterOf, leastWait } from './policy.ts'
import { judge, type Judgement, type Wave } from './waves.ts'

/** One row of the curve, in ms. */
export const INTERVAL = 100

/**
 * A fleet without jitter: small, and with a wait so long that a busy machine doesn't spread it as jitter would. If one still
 * does, the next try waits twice as long.
 */
export const STORM = { size: 50, base: 4_000, tries: 6 }

/** The nth attempts, and the requests that came to the new server: it sees the last wave. */
function wavesOf({ lifecycles, killed, requests }: Outage, base: number): Wave[] {
  const since = lifecycles.map((lifecycle) => after(killed, lifecycle))
  const count = Math.max(...since.map(({ attempts }) => attempts.length))
  const waves = Array.from({ length: count }, (_, index): Wave => {
    const there = since.filter(({ attempts, failures }) => index < Math.min(attempts.length, failures.length))
    return {
      name: `attempt ${index + 1}`,
      times: there.map(({ attempts }) => attempts[index] ?? 0),
      due: there.map(({ failures }) => dueAfter(failures[index])),
      window: leastWait(index + 1, base) * jitterOf(index + 1),
    }
  })
  const arrivals: Wave = {
    name: 'the requests to the new server',
    times: requests.map((time) => time - killed),
    due: since.map(({ failures }) => dueAfter(failures.at(-1))),
    window: leastWait(count, base) * jitterOf(count),
  }
  return [...waves, arrivals]
}

function dueAfter(failure: { time: number; wait: number } | undefined): number {
  return failure ? failure.time + failure.wait : NaN
}

/** @throws where more come at once than jitter allows; the later they come, the more it allows */
export function assertNoStorm(happened: Outage, base: number): Judgement[] {
  return wavesOf(happened, base).map((wave) => {
    const judgement = judge(wave, INTERVAL, happened.lifecycles.length)
    const { share, most, late } = judgement
    const what = `${(share * 100).toFixed(1)} % came within ${INTERVAL} ms, late by up to ${late} ms`
    assert.ok(share <= most, `${wave.name}: ${what}, which allows for ${(most * 100).toFixed(1)} %`)
    return judgement
  })
}

/**
 * The check must be one that can fail: sources that all wait equally long are a storm, those that have jitter at the same time are none.
 *
 * @returns what is said of the storm
 */
export async function noticeStorm(): Promise<{ base: number; said: string }> {
  for (let [tries, base] = [1, STORM.base]; ; tries++, base *= 2) {
    const run = (jitter?: number): Promise<Outage> => {
      const options = { reconnectionTime: base, ...(jitter !== undefined && { reconnect: { jitter } }) }
      return outage(STORM.size, options, (base * 3) / 4)
    }
    const [without, withJitter] = await Promise.all([run(0), run()])
    assertNoStorm(withJitter, base)
    try {
      assertNoStorm(without, base)
    } catch (error) {
      if (error instanceof assert.AssertionError) return { base, said: error.message }
      throw error
    }
    // A machine that is busy enough spreads what was not meant to be.
    assert.ok(tries < STORM.tries, `${tries} fleets without jitter were taken for fleets with it`)
  }
}
