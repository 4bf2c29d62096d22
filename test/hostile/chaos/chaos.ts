/** Cuts connections in every way and checks that no message is lost or duplicated, and that each failure has its documented reason. */

import assert from 'node:assert/strict'
import { atOnce } from '../../at-once.ts'
import type { Suite } from '../../tally.ts'
import type { Figures, How, Part } from '../part.ts'
import { wholeNumber } from '../whole-number.ts'
import { CLIENTS } from './clients.ts'
import { check, giveUp, restart } from './failures.ts'
import type { Follower } from './follower.ts'
import { CUTS, MANNERS } from './plan.ts'
import { type Failing, FAILINGS, UNTRUSTED } from './reasons.ts'
import { storm } from './storm.ts'

/** Number of cuts, which CUTS overrides, and clients of each kind. */
const QUICK = { cuts: 2_000, each: 6 }
const LONG = { cuts: 200_000, each: 12 }

/** Failures to test in parallel: they mostly wait. */
const AT_ONCE = 8

export const chaos: Part = {
  name: 'chaos',
  run: async (suite, { long, seed }) => {
    const figures = await survive(suite, long ? LONG : QUICK, seed)
    const failings = FAILINGS.map((failing) => () => fails(suite, failing))
    await atOnce(AT_ONCE, [
      ...failings,
      async () => {
        for (const failing of UNTRUSTED) await fails(suite, failing)
      },
      () => suite.run('a server restarts: network, reconnects', restart),
      () => suite.run('connection refused with maxAttempts 3: the third failure is permanent', giveUp),
    ])
    const failures = FAILINGS.length + UNTRUSTED.length
    return { ...figures, 'kinds of failure with the documented reason': failures }
  },
}

function fails(suite: Suite, failing: Failing): Promise<void> {
  const { name, reason, reconnects } = failing
  return suite.run(`${name}: ${reason}, ${reconnects ? 'reconnects' : 'permanent'}`, () => check(failing))
}

async function survive(suite: Suite, { cuts: most, each }: typeof QUICK, seed: How['seed']): Promise<Figures> {
  const wanted = wholeNumber('CUTS', process.env.CUTS ?? String(most), 1)
  const started = performance.now()
  let result: Awaited<ReturnType<typeof storm>> | undefined
  await suite.run(`all clients finish after at least ${wanted} random cuts (seed ${seed})`, async () => {
    result = await storm(wanted, each, seed)
    assert.ok(result.proxy.cuts >= wanted)
  })
  if (!result) return {}

  const { proxy, followers } = result
  for (const kind of Object.keys(CLIENTS)) {
    await suite.run(`${kind}: each message once, in order, resumed after the last received (seed ${seed})`, () => {
      for (const { kind: own, faults, lost, duplicated } of followers) {
        if (own === kind) assert.deepEqual({ faults: faults.slice(0, 3), lost, duplicated }, CLEAN)
      }
      const own = followers.filter((follower) => follower.kind === kind)
      assert.ok(sum(own, ({ resumed }) => resumed) > 0, 'no request resumed')
    })
  }
  for (const cut of CUTS) {
    await suite.run(`some connections were cut by: ${cut}`, () => {
      assert.ok(proxy.byCut[cut] > 0)
    })
  }
  return {
    cuts: proxy.cuts,
    'cuts in a response head': proxy.inHeads,
    ...Object.fromEntries(CUTS.map((cut) => [`cuts: ${cut}`, proxy.byCut[cut]])),
    ...Object.fromEntries(MANNERS.map((manner) => [`cuts of data sent ${manner}`, proxy.byManner[manner]])),
    clients: followers.length,
    requests: sum(followers, ({ requests }) => requests),
    messages: sum(followers, ({ messages }) => messages),
    lost: sum(followers, ({ lost }) => lost),
    duplicated: sum(followers, ({ duplicated }) => duplicated),
    'reconnections, by reason': reasonsOf(followers),
    seconds: Math.round((performance.now() - started) / 1_000),
    seed,
  }
}

const CLEAN = { faults: [], lost: 0, duplicated: 0 }

function sum(followers: Follower[], of: (follower: Follower) => number): number {
  return followers.reduce((total, follower) => total + of(follower), 0)
}

function reasonsOf(followers: Follower[]): string {
  const all = new Map<string, number>()
  for (const { reasons } of followers) {
    for (const [reason, times] of Object.entries(reasons)) all.set(reason, (all.get(reason) ?? 0) + times)
  }
  return [...all].map(([reason, times]) => `${reason} ${times}`).join(', ')
}
