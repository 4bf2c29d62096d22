/** Hostile servers: their cost in memory and requests to a client, and the errors it reports. */

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { path } from '../../conformance/bundle.ts'
import { createCertificates } from '../../docs/certificates.ts'
import { atOnce } from '../../at-once.ts'
import { missing, RUNTIMES } from '../../runtimes/list.ts'
import type { Suite } from '../../tally.ts'
import type { Figures, Part } from '../part.ts'
import { encounter, runClient } from './client-process.ts'
import { type HostileServer, SECRET } from './hostile-server.ts'
import { judge, rowOf } from './judge.ts'
import { ServerProcess } from './server-process.ts'
import { HOSTILE_SERVERS } from './table.ts'

/** Factor by which the long run watches endless streams longer than the quick run. */
const STRETCH = 20

/** Clients of large streams that run in parallel, each in a separate process. */
const AT_ONCE = 2

/** Hostile servers that one client process connects to. */
interface Group {
  runtime: string
  servers: HostileServer[]
  /** In parallel; otherwise one after the other. */
  together: boolean
  /** With `streamEvents` instead of `EventSource`. */
  inLoops: boolean
}

interface Place {
  suite: Suite
  host: ServerProcess
  /** File with the certificate of the servers' authority. */
  ca: string
  stretch: number
  figures: Figures
}

export const servers: Part = {
  name: 'servers',
  run: async (suite, { long }) => {
    const certificates = createCertificates('localhost')
    const ca = path('.cache/hostile/servers-ca.pem')
    mkdirSync(path('.cache/hostile'), { recursive: true })
    writeFileSync(ca, certificates.ca)
    // Timed servers run in a separate process: one that sends at full speed delays the others.
    const [pouring, timed] = await Promise.all([ServerProcess.start(certificates), ServerProcess.start(certificates)])
    const figures: Figures = {
      servers: HOSTILE_SERVERS.length,
      'servers tested in Node, Deno and Bun': HOSTILE_SERVERS.filter(({ kind }) => kind !== 'large').length,
    }
    const place = { suite, ca, stretch: long ? STRETCH : 1, figures }
    try {
      await Promise.all([
        atOnce(
          AT_ONCE,
          largeStreams(long).map((group) => () => play(group, { ...place, host: pouring })),
        ),
        atOnce(
          1,
          others(long).map((group) => () => play(group, { ...place, host: timed })),
        ),
      ])
    } finally {
      pouring.stop()
      timed.stop()
    }
    return figures
  },
}

/** Each in a separate process, in Node only: how other runtimes manage memory is out of our control. */
function largeStreams(long: boolean): Group[] {
  const servers = HOSTILE_SERVERS.filter(
    ({ kind, isForLongRuns }) => kind === 'large' && (long || isForLongRuns !== true),
  )
  const surfaces = long ? [false, true] : [false]
  return surfaces.flatMap((inLoops) =>
    servers.map((hostile) => ({ runtime: 'node24', servers: [hostile], together: false, inLoops })),
  )
}

/** With `EventSource` in each runtime; with loops in Node, and in the long run in the others. */
function others(long: boolean): Group[] {
  return ['node24', 'deno', 'bun'].flatMap((runtime) =>
    (long || runtime === 'node24' ? [false, true] : [false]).flatMap((inLoops) =>
      (['wait', 'brief'] as const).map((kind) => ({
        runtime,
        servers: HOSTILE_SERVERS.filter((hostile) => hostile.kind === kind && !(inLoops && hostile.isForSources)),
        together: kind === 'wait',
        inLoops,
      })),
    ),
  )
}

async function play(
  { runtime, servers, together, inLoops }: Group,
  { suite, host, ca, stretch, figures }: Place,
): Promise<void> {
  const absent = missing(RUNTIMES[runtime] ?? [])
  if (absent !== undefined) {
    suite.missing(absent)
    return
  }
  const place = inLoops ? `${runtime}loops` : runtime
  const name = inLoops ? `${runtime}, in loops` : runtime
  const orders = {
    good: `${host.origins.main}/good/x/0`,
    encounters: servers.map((hostile) => encounter(hostile, urlsOf(hostile, place, host), stretch)),
    together,
    inLoops,
  }
  const flags = servers.flatMap(({ flags = [] }) => flags)
  const left = new Map(servers.map((hostile) => [hostile.name, hostile]))
  const end = await runClient(orders, { runtime, ca, flags }, async (report) => {
    const hostile = left.get(report.name)
    if (!hostile) throw new Error(`Unexpected report about ${report.name}`)
    left.delete(report.name)
    const requests = await host.requests(runOf(hostile, place))
    await suite.run(`${name}: ${hostile.name}`, () => {
      judge(hostile, report, requests)
    })
    if (runtime === 'node24') Object.assign(figures, rowOf(hostile, report, requests, inLoops))
  })
  await suite.run(
    `${name}: alive after ${servers[0]?.name ?? ''}${servers.length > 1 ? ' and the others' : ''}`,
    () => {
      assert.deepEqual({ end, left: [...left.keys()] }, { end: undefined, left: [] })
    },
  )
}

function urlsOf(hostile: HostileServer, place: string, host: ServerProcess): string[] {
  const index = HOSTILE_SERVERS.indexOf(hostile)
  const origin = hostile.greet ? host.greeters[index] : host.origins[hostile.origin ?? 'main']
  const url = new URL(`${origin ?? ''}/${index}/${runOf(hostile, place)}`)
  if (hostile.hasPassword) Object.assign(url, { username: 'user', password: SECRET })
  return Array.from({ length: hostile.sources ?? 1 }, (_, source) => `${url.href}/${source}`)
}

/** The name under which the server logs the requests of this run. */
function runOf(hostile: HostileServer, place: string): string {
  const index = HOSTILE_SERVERS.indexOf(hostile)
  // The run is in the request, which such a server does not read.
  return hostile.greet ? `greeted${index}` : `${place}x${index}`
}
