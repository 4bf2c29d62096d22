/** Tabs: the cost of a stream in many tabs of a browser, with a connection for each and with a shared one. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium } from '../../test/browser/chromium.ts'
import type { Engine } from '../../test/browser/engine.ts'
import { firefox } from '../../test/browser/firefox.ts'
import { webkit } from '../../test/browser/webkit.ts'
import { inTurn, percentile, type Bench, type Row } from '../bench.ts'
import { checksumOf } from '../fixture.ts'
import { hasProcesses, timesOf, used, type Times } from '../process-tree.ts'
import { installed } from './browsers.ts'

export type TabsContender = 'native' | 'everysource' | 'everysource-shared'

export interface Follow {
  contender: TabsContender
  /** One for each tab. */
  urls: string[]
  /** Whether the data of messages is the time when they were sent. */
  isTimed: boolean
}

/** A step of all tabs: close the current source, and follow a stream if there is one. */
export type Command = Follow | { contender?: undefined }

/** The messages that a tab has received. */
export interface Received {
  checksum: string
  /** When each message of a timed stream arrived, in ms since 1970, less the server's clock. */
  delays: number[]
  leads: boolean
}

/** CPU times in µs per message and tab. */
interface Cost {
  browser: number
  server: number
  /** Time until all tabs have received all messages, in ms. */
  wall: number
}

/** In ms. */
interface Percentiles {
  p50: number
  p99: number
}

export interface TabsSample {
  burst: Cost
  /** Messages sent one at a time. */
  single: Cost
  /** From the server to a tab. */
  latency: Percentiles
  /** From the leading tab to another. */
  behindLeader: Percentiles | undefined
}

export interface TabsTable {
  browser: string
  tabs: number
  burst: { size: number; per: number; count: number }
  /** Messages sent one at a time, one every so many ms. */
  single: { count: number; every: number }
  rows: Row<TabsSample>[]
}

const CONTENDERS: TabsContender[] = ['native', 'everysource', 'everysource-shared']
const TABS = 20
const BURST = { size: 200, per: 100, count: 10_000 }
const SINGLE = { count: 400, every: 20 }
const ROUNDS = 5

/** Time limit of one stream, in ms. */
const LIMIT = 120_000

/** A browser is idle if it uses less than this share of a core for this long, in ms. */
const IDLE = 0.05
const IDLE_FOR = 500
/** How long to wait until it is, in ms. */
const PATIENCE = 30_000

export async function tabs(bench: Bench): Promise<TabsTable[]> {
  if (!hasProcesses()) {
    bench.suite.missing('/proc is missing')
    return []
  }
  const here = installed([chromium, firefox, webkit], bench)
  // In parallel in a smoke run, which measures nothing.
  if (bench.smoke) return Promise.all(here.map((engine) => measureIn(engine, bench)))
  const tables: TabsTable[] = []
  for (const engine of here) tables.push(await measureIn(engine, bench))
  return tables
}

async function measureIn(engine: Engine, bench: Bench): Promise<TabsTable> {
  const { smoke } = bench
  const table = {
    tabs: smoke ? 3 : TABS,
    burst: { ...BURST, count: smoke ? 300 : BURST.count },
    single: { ...SINGLE, count: smoke ? 10 : SINGLE.count },
  }
  const browser = await engine.launch()
  const session = new Session(bench, engine.name, table)
  const close = await browser.open(...session.pages)
  try {
    await session.report()
    const take = (contender: string): Promise<TabsSample> => session.take(contender as TabsContender)
    // One contender at a time, even in a smoke run: they use the same tabs.
    const rows = await inTurn({ ...bench, smoke: false }, engine.name, ROUNDS, take, CONTENDERS)
    return { ...table, browser: browser.title, rows }
  } finally {
    await close()
    await browser.close()
  }
}

/** One browser with its tabs. */
class Session {
  readonly #bench: Bench
  readonly #name: string
  readonly #table: Omit<TabsTable, 'browser' | 'rows'>
  #streams = 0

  constructor(bench: Bench, name: string, table: Omit<TabsTable, 'browser' | 'rows'>) {
    this.#bench = bench
    this.#name = `tabs-${name}`
    this.#table = table
  }

  /** All have the same origin. */
  get pages(): [string, ...string[]] {
    const { tabs } = this.#table
    const page = (tab: number): string => `${this.#bench.origin}/tab?tab=${tab}&tabs=${tabs}&report=${this.#name}`
    return [page(0), ...Array.from({ length: tabs - 1 }, (_, i) => page(i + 1))]
  }

  /** The next report of the tabs. */
  async report(): Promise<unknown> {
    const signal = AbortSignal.timeout(LIMIT)
    return (await fetch(`${this.#bench.origin}/reports/${this.#name}`, { signal })).json()
  }

  async take(contender: TabsContender): Promise<TabsSample> {
    const { burst, single } = this.#table
    const bursts = await this.#follow(contender, '/burst', burst)
    for (const { checksum } of bursts.received) assert.equal(checksum, checksumOf(burst.count, burst.size))

    const singles = await this.#follow(contender, '/ticks', single)
    for (const { delays } of singles.received) assert.equal(delays.length, single.count)
    const now = performance.timeOrigin + performance.now()
    const offset = now - Number(process.hrtime.bigint()) / 1e6
    const [leader, ...others] = singles.received.filter(({ leads }) => leads)
    const followers = singles.received.filter(({ leads }) => !leads)
    assert.equal(leader !== undefined, contender === 'everysource-shared', 'the tabs share a connection')
    assert.equal(others.length, 0, 'one tab leads')
    return {
      burst: bursts.cost,
      single: singles.cost,
      latency: percentiles(singles.received.flatMap(({ delays }) => delays.map((time) => time - offset))),
      behindLeader:
        leader &&
        percentiles(followers.flatMap(({ delays }) => delays.map((time, i) => time - (leader.delays[i] ?? NaN)))),
    }
  }

  /** Has all tabs follow a stream, which starts when all are connected. */
  async #follow(
    contender: TabsContender,
    path: string,
    stream: { count: number },
  ): Promise<{ cost: Cost; received: Received[] }> {
    const { origin, origins } = this.#bench
    const { tabs } = this.#table
    const gate = `${this.#name}-${this.#streams++}`
    const query = new URLSearchParams(Object.entries({ ...stream, gate }).map(([name, value]) => [name, String(value)]))
    // A shared stream needs the same URL, the others several origins: a browser opens only six connections to each.
    const urls = Array.from({ length: tabs }, (_, tab) => {
      const host = contender === 'everysource-shared' ? origin : (origins[tab % origins.length] ?? '')
      return `${host}${path}?${query}`
    })
    await this.#command({ contender, urls, isTimed: path === '/ticks' })
    assert.equal(await this.report(), 'connected')
    await this.#idle()

    const [server, browser] = [await this.#serverTime(), this.#times()]
    const started = performance.now()
    await fetch(`${origin}/gates/${gate}`, { method: 'POST' })
    const received = (await this.report()) as Received[]
    const wall = performance.now() - started
    const deliveries = stream.count * tabs
    const cost = {
      browser: (used(browser, this.#times()) * 1_000) / deliveries,
      server: ((await this.#serverTime()) - server) / deliveries,
      wall,
    }
    await this.#command({})
    return { cost, received }
  }

  async #command(command: Command): Promise<void> {
    const body = JSON.stringify(command)
    await fetch(`${this.#bench.origin}/reports/${this.#name}/commands`, { method: 'POST', body })
  }

  /** Of the browser: this process has no other children than the server. */
  #times(): Times {
    const times = timesOf(process.pid, this.#bench.serverPid)
    times.delete(process.pid)
    return times
  }

  /** In µs. */
  async #serverTime(): Promise<number> {
    return Number(await (await fetch(`${this.#bench.origin}/cpu`)).text())
  }

  /** Resolves when the browser has nothing left to do. */
  async #idle(): Promise<void> {
    if (this.#bench.smoke) return
    const until = performance.now() + PATIENCE
    let before = this.#times()
    while (performance.now() < until) {
      await delay(IDLE_FOR)
      const after = this.#times()
      if (used(before, after) < IDLE * IDLE_FOR) return
      before = after
    }
    throw new Error(`${this.#name} is not idle`)
  }
}

function percentiles(values: number[]): Percentiles {
  const sorted = values.sort((one, other) => one - other)
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) }
}
