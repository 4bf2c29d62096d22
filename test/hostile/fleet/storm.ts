/** Checks that a fleet causes no reconnection storm, and that the check detects one. */

import assert from 'node:assert/strict'
import { after } from './lifecycle.ts'
import { outage, type Outage } from './outage.ts'
import { jitterOf, leastWait } from './policy.ts'
import { judge, type Verdict, type Wave } from './waves.ts'

/** Width of an interval of the curve, in ms. */
export const INTERVAL = 100

/**
 * A small fleet without jitter. Its wait is so long that a busy machine does not spread it as jitter would; if it still does, the
 * next try doubles the wait.
 */
export const STORM = { size: 50, base: 4_000, tries: 6 }

/** One wave for all first attempts, one for all second attempts and so on, and one for the requests to the new server. */
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

/** @throws if more attempts come at once than jitter and late timers allow */
export function assertNoStorm(measured: Outage, base: number): Verdict[] {
  return wavesOf(measured, base).map((wave) => {
    const verdict = judge(wave, INTERVAL, measured.lifecycles.length)
    const { share, most, late } = verdict
    const what = `${(share * 100).toFixed(1)} % came within ${INTERVAL} ms, up to ${late} ms late`
    assert.ok(share <= most, `${wave.name}: ${what}; the limit is ${(most * 100).toFixed(1)} %`)
    return verdict
  })
}

/**
 * Verifies that the check can fail: it must reject sources that all wait equally long, and accept others with jitter at the same time.
 *
 * @returns the error message of the check
 */
export async function noticeStorm(): Promise<{ base: number; message: string }> {
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
      if (error instanceof assert.AssertionError) return { base, message: error.message }
      throw error
    }
    // A busy machine may have spread the attempts.
    assert.ok(tries < STORM.tries, `${tries} fleets without jitter passed the check`)
  }
}
