/** Writes docs/background/reliability.md and reliability-data.md from the figures of the last long runs. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release, type } from 'node:os'
import { format, resolveConfig } from 'prettier'
import { path } from '../conformance/bundle.ts'
import type { DrawFleet } from './fleet/curve.ts'
import { SECTIONS, tableOf, type Section } from './sections.ts'
import type { Figures } from './part.ts'

const PAGE = 'docs/background/reliability.md'
const DATA_PAGE = 'docs/background/reliability-data.md'
const CHART = path('docs/background/reliability-fleet.svg')
/** Not a literal in `import()`: TypeScript would follow it to echarts, which only the benchmarks install. */
const FLEET_CHART: string = import.meta.resolve('../../bench/report/fleet.ts')

/** Environment variables that set the size of a run. */
const SIZES = ['STREAMS', 'CUTS']

interface Kept {
  figures: Figures
  /** Command that repeats the run. */
  command: string
  date: string
  machine: string
}

const fileOf = (name: string): string => path(`.cache/hostile/${name}.json`)

/** Stores the figures of one part's long run. */
export function keep(name: string, seed: number, figures: Figures): void {
  const sizes = SIZES.flatMap((size) => (process.env[size] === undefined ? [] : [`${size}=${process.env[size]} `]))
  const kept: Kept = {
    figures,
    command: `${sizes.join('')}npm run hostile -- --only ${name} --seed ${seed}`,
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, ${type()} ${release()}, Node ${process.versions.node}`,
  }
  mkdirSync(path('.cache/hostile'), { recursive: true })
  writeFileSync(fileOf(name), JSON.stringify(kept, null, 1))
}

/** Parts without stored figures have their text only. */
export async function writeReport(): Promise<void> {
  await writeFleetChart()
  await write(PAGE, [INTRODUCTION, ...SECTIONS.map((section) => summaryOf(section))])
  await write(DATA_PAGE, [DATA_INTRODUCTION, ...SECTIONS.map((section) => dataOf(section))])
}

const INTRODUCTION = `# Reliability

A stream that stays open for weeks meets networks that drop it, servers that restart, and servers that misbehave or attack. This page
sums up how everysource behaves under these conditions. The [data page](reliability-data.md) has all figures, and the commands
that repeat each run. \`npm run test:all\` includes a shorter form of every test.`

const DATA_INTRODUCTION = `# Reliability: the data

The figures behind [Reliability](reliability.md). \`npm run hostile\` repeats all runs and rewrites both pages.`

function summaryOf(section: Section): string {
  const { name, title, claim, text, summary } = section
  const kept = read(name)
  if (!kept) return `## ${title}\n\n${text}`
  const { figures } = kept
  const link = `[All figures](reliability-data.md#${title.toLowerCase().replaceAll(' ', '-')})`
  return [`## ${title}`, `**${claim(figures)}**`, text, summary(figures), link].join('\n\n')
}

function dataOf({ name, title, isHidden = () => false, table }: Section): string {
  const kept = read(name)
  if (!kept) return `## ${title}\n\nNot measured.`
  const { command, figures, date, machine } = kept
  const rows = Object.entries(figures).filter(([name]) => !isHidden(name))
  const tables = [...(table ? [table(figures)] : []), tableOf(rows)]
  return [`## ${title}`, ...tables, `\`${command}\`, ${date}, ${machine}.`].join('\n\n')
}

function read(name: string): Kept | undefined {
  return existsSync(fileOf(name)) ? (JSON.parse(readFileSync(fileOf(name), 'utf8')) as Kept) : undefined
}

async function write(page: string, parts: string[]): Promise<void> {
  const file = path(page)
  writeFileSync(file, await format(parts.join('\n\n'), { ...(await resolveConfig(file)), filepath: file }))
}

async function writeFleetChart(): Promise<void> {
  const figures = read('fleet')?.figures
  const attempts = figures?.['attempts per 100 ms'] as number[] | undefined
  if (!figures || !attempts) return
  const { drawFleet } = (await import(FLEET_CHART)) as { drawFleet: DrawFleet }
  const downtime = Number(figures['server down for, ms'])
  writeFileSync(CHART, drawFleet({ sources: Number(figures.sources), attempts, downtime }))
}

if (process.argv[1] === import.meta.filename) await writeReport()
