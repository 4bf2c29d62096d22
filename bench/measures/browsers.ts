/** Browsers: the native EventSource and ours, in turn, in one page. */

import assert from 'node:assert/strict'
import { chromium } from '../../test/browser/chromium.ts'
import type { Engine } from '../../test/browser/engine.ts'
import { firefox } from '../../test/browser/firefox.ts'
import type { Bench, Row } from '../bench.ts'
import { checksumOf } from '../fixture.ts'

/** Sample of one contender in one round. */
export interface Paced {
  /** Wall time in µs. */
  wallPerMessage: number
  checksum: string
}

export interface BrowserTable {
  browser: string
  size: number
  per: number
  rows: Row<Paced>[]
}

const BURST = { size: 176, per: 100, count: 100_000 }
const CONTENDERS = ['native', 'everysource', 'everysource-loop', 'baseline']
/** Many, because the first is warm-up, and rounds differ by a third. */
const ROUNDS = 21

/** Time limit of a page, in ms. */
const LIMIT = 240_000

export async function browsers(bench: Bench): Promise<BrowserTable[]> {
  const here = installed([chromium, firefox], bench)
  // In parallel in a smoke run, which measures nothing.
  if (bench.smoke) return Promise.all(here.map((engine) => measureIn(engine, bench)))
  const tables: BrowserTable[] = []
  for (const engine of here) tables.push(await measureIn(engine, bench))
  return tables
}

/** The engines that are installed; reports the others as missing. */
export function installed(engines: Engine[], { suite }: Bench): Engine[] {
  return engines.filter((engine) => {
    const absent = engine.missing()
    if (absent !== undefined) suite.missing(absent)
    return absent === undefined
  })
}

async function measureIn(engine: Engine, { smoke, rounds, origin, suite }: Bench): Promise<BrowserTable> {
  const { size, per } = BURST
  const count = smoke ? 1_000 : BURST.count
  const report = engine.name
  const query = new URLSearchParams(
    Object.entries({ size, per, count, report, rounds: rounds(ROUNDS), contenders: CONTENDERS.join() }).map(
      ([name, value]) => [name, String(value)],
    ),
  )
  const browser = await engine.launch()
  const reported = fetch(`${origin}/reports/${report}`, { signal: AbortSignal.timeout(LIMIT) })
  const close = await browser.open(`${origin}/page?${query}`)
  const results = (await (await reported).json()) as Record<string, Paced[]>
  await close()
  await browser.close()

  const rows: Row<Paced>[] = []
  for (const contender of CONTENDERS) {
    const row: Row<Paced> = { contender, samples: results[contender] ?? [] }
    rows.push(row)
    await suite.run(`${engine.name}: ${contender}`, () => {
      row.void = 'the data received differs from the data sent'
      assert.equal(row.samples.length, rounds(ROUNDS), JSON.stringify(results))
      for (const { checksum } of row.samples) assert.equal(checksum, checksumOf(count, size))
      delete row.void
    })
  }
  return { browser: browser.title, size, per, rows }
}
