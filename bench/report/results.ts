/** Results, stored in `.cache/bench` in one file per measure, so that each can be repeated separately. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release, type } from 'node:os'
import { path } from '../../test/conformance/bundle.ts'
import { versions } from '../contenders/list.ts'
import type { BrowserTable } from '../measures/browsers.ts'
import type { DenoTable } from '../measures/deno.ts'
import type { GrowthTable } from '../measures/growth.ts'
import type { LatencyTable } from '../measures/latency.ts'
import type { LongRunTable } from '../measures/long-run.ts'
import type { MemoryTable } from '../measures/memory.ts'
import type { StartUpTable } from '../measures/start-up.ts'
import type { TabsTable } from '../measures/tabs.ts'
import type { ThroughputTables } from '../measures/throughput.ts'

/** Results by name, as in `--only`. */
export interface Measured {
  throughput: ThroughputTables
  latency: LatencyTable
  memory: MemoryTable
  growth: GrowthTable[]
  'long-run': LongRunTable
  'start-up': StartUpTable
  deno: DenoTable | undefined
  browsers: BrowserTable[]
  tabs: TabsTable[]
}

/** Time and place of a run. */
interface Circumstances {
  date: string
  /** Processor, cores and system. */
  machine: string
  node: string
  /** Versions of the contenders. */
  versions: string[]
}

/** The results available. */
export type Results = {
  [Name in keyof Measured]?: { circumstances: Circumstances; measured: Measured[Name] }
}

const NAMES = ['throughput', 'latency', 'memory', 'growth', 'long-run', 'start-up', 'deno', 'browsers', 'tabs'] as const

const fileOf = (name: string): string => path(`.cache/bench/${name}.json`)

export function circumstances(): Circumstances {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, ${type()} ${release()}`,
    node: process.versions.node,
    versions: versions(),
  }
}

/** Stores the results of one measure. */
export function keep(name: keyof Measured, results: Results): void {
  mkdirSync(path('.cache/bench'), { recursive: true })
  writeFileSync(fileOf(name), JSON.stringify(results[name], null, 1))
}

export function readResults(): Results {
  const kept = NAMES.filter((name) => existsSync(fileOf(name)))
  return Object.fromEntries(kept.map((name) => [name, JSON.parse(readFileSync(fileOf(name), 'utf8')) as unknown]))
}
