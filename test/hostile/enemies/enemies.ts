/** Servers that mean harm: what they cost a client, and what it says of them. */

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { path } from '../../conformance/bundle.ts'
import { createCertificates } from '../../docs/certificates.ts'
import { atOnce } from '../../at-once.ts'
import { missing, RUNTIMES } from '../../runtimes/list.ts'
import type { Suite } from '../../tally.ts'
import type { Figures, Part } from '../part.ts'
import { encounter, meet } from './client-process.ts'
import { type Enemy, SECRET } from './enemy.ts'
import { judge, told } from './judge.ts'
import { EnemyServer } from './server-process.ts'
import { ENEMIES } from './table.ts'

/** How many times as long as in the quick run what never ends is watched. */
const STRETCH = 20

/** How many floods are met at once, each by a process of its own. */
const AT_ONCE = 2

/** Enemies that one client meets, and how. */
interface Party {
  runtime: string
  enemies: Enemy[]
  /** Or one after the other. */
  together: boolean
  /** Of `streamEvents`. */
  inLoops: boolean
}

interface Place {
  suite: Suite
  server: EnemyServer
  /** A file with the certificate of the authority behind the server's. */
  ca: string
  stretch: number
  figures: Figures
}

export const enemies: Part = {
  name: 'enemies',
  run: async (suite, { long }) => {
    const certificates = createCertificates('localhost')
    const ca = path('.cache/hostile/enemies-ca.pem')
    mkdirSync(path('.cache/hostile'), { recursive: true })
    writeFileSync(ca, certificates.ca)
    // What is timed has a server of its own, for one that pours is late.
    const [pouring, timed] = await Promise.all([EnemyServer.start(certificates), EnemyServer.start(certificates)])
    const figures: Figures = {
      enemies: ENEMIES.length,
      'enemies in Node, Deno and Bun': ENEMIES.filter(({ kind }) => kind !== 'flood').length,
    }
    const place = { suite, ca, stretch: long ? STRETCH : 1, figures }
    try {
      await Promise.all([
        atOnce(
          AT_ONCE,
          floods(long).map((party) => () => play(party, { ...place, server: pouring })),
        ),
        atOnce(
          1,
          others(long).map((party) => () => play(party, { ...place, server: timed })),
        ),
      ])
    } finally {
      pouring.stop()
      timed.stop()
    }
    return figures
  },
}

/** Each in a process of its own, in Node alone: what another runtime makes of memory is not ours to bound. */
function floods(long: boolean): Party[] {
  const enemies = ENEMIES.filter(({ kind, isForLongRuns }) => kind === 'flood' && (long || isForLongRuns !== true))
  const surfaces = long ? [false, true] : [false]
  return surfaces.flatMap((inLoops) =>
    enemies.map((enemy) => ({ runtime: 'node24', enemies: [enemy], together: false, inLoops })),
  )
}

/** In each runtime by events; in loops in Node, and in the others where there is time. */
function others(long: boolean): Party[] {
  return ['node24', 'deno', 'bun'].flatMap((runtime) =>
    (long || runtime === 'node24' ? [false, true] : [false]).flatMap((inLoops) =>
      (['wait', 'brief'] as const).map((kind) => ({
        runtime,
        enemies: ENEMIES.filter((enemy) => enemy.kind === kind && !(inLoops && enemy.isForSources)),
        together: kind === 'wait',
        inLoops,
      })),
    ),
  )
}

async function play(
  { runtime, enemies, together, inLoops }: Party,
  { suite, server, ca, stretch, figures }: Place,
): Promise<void> {
  const absent = missing(RUNTIMES[runtime] ?? [])
  if (absent !== undefined) {
    suite.missing(absent)
    return
  }
  const place = inLoops ? `${runtime}loops` : runtime
  const name = inLoops ? `${runtime}, in loops` : runtime
  const orders = {
    good: `${server.origins.main}/good/x/0`,
    encounters: enemies.map((enemy) => encounter(enemy, urlsOf(enemy, place, server), stretch)),
    together,
    inLoops,
  }
  const flags = enemies.flatMap(({ flags = [] }) => flags)
  const left = new Map(enemies.map((enemy) => [enemy.name, enemy]))
  const end = await meet(orders, { runtime, ca, flags }, async (met) => {
    const enemy = left.get(met.name)
    if (!enemy) throw new Error(`${met.name} is no enemy that was to be met`)
    left.delete(met.name)
    const requests = await server.requests(runOf(enemy, place))
    await suite.run(`${name}: ${enemy.name}`, () => {
      judge(enemy, met, requests)
    })
    if (runtime === 'node24') Object.assign(figures, told(enemy, met, requests, inLoops))
  })
  await suite.run(
    `${name}: alive after ${enemies[0]?.name ?? ''}${enemies.length > 1 ? ' and the others' : ''}`,
    () => {
      assert.deepEqual({ end, left: [...left.keys()] }, { end: undefined, left: [] })
    },
  )
}

function urlsOf(enemy: Enemy, place: string, server: EnemyServer): string[] {
  const index = ENEMIES.indexOf(enemy)
  const origin = enemy.greet ? server.greeters[index] : server.origins[enemy.origin ?? 'main']
  const url = new URL(`${origin ?? ''}/${index}/${runOf(enemy, place)}`)
  if (enemy.hasPassword) Object.assign(url, { username: 'user', password: SECRET })
  return Array.from({ length: enemy.sources ?? 1 }, (_, source) => `${url.href}/${source}`)
}

/** Under what name the server keeps its requests. */
function runOf(enemy: Enemy, place: string): string {
  const index = ENEMIES.indexOf(enemy)
  // Whose they are, it cannot tell before they have been read.
  return enemy.greet ? `greeted${index}` : `${place}x${index}`
}
