/** Writes docs/background/reliability.md of what long runs have found. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release, type } from 'node:os'
import { format, resolveConfig } from 'prettier'
import { path } from '../conformance/bundle.ts'
import type { DrawFleet } from './fleet/curve.ts'
import { SECTIONS, tableOf, type Section } from './sections.ts'
import type { Figures } from './part.ts'

const PAGE = path('docs/background/reliability.md')
const CHART = path('docs/background/reliability-fleet.svg')
/** Not a literal in `import()`: TypeScript would follow it to echarts, which only the benchmarks install. */
const FLEET_CHART: string = import.meta.resolve('../../bench/report/fleet.ts')

/** Variables that say how much is done. */
const SIZES = ['STREAMS', 'CUTS']

interface Kept {
  figures: Figures
  /** What repeats it. */
  command: string
  date: string
  machine: string
}

const fileOf = (name: string): string => path(`.cache/hostile/${name}.json`)

/** Keeps what a long run of one part has found. */
export function keep(name: string, seed: number, figures: Figures): void {
  const sizes = SIZES.flatMap((size) => (process.env[size] === undefined ? [] : [`${size}=${process.env[size]} `]))
  const kept: Kept = {
    figures,
    command: `${sizes.join('')}npm run hostile -- --only ${name} --seed ${seed}`,
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model.trim() ?? 'a processor'}, ${availableParallelism()} cores, ${type()} ${release()}, Node ${process.versions.node}`,
  }
  mkdirSync(path('.cache/hostile'), { recursive: true })
  writeFileSync(fileOf(name), JSON.stringify(kept, null, 1))
}

export async function writeReport(): Promise<void> {
  const parts = SECTIONS.map((section) => partOf(section))
  await writeFleetChart()
  const page = `${INTRODUCTION}\n\n${parts.join('\n\n')}\n`
  writeFileSync(PAGE, await format(page, { ...(await resolveConfig(PAGE)), filepath: PAGE }))
}

const INTRODUCTION = `# Reliability

What a stream client meets in weeks of work: networks that break, servers that misbehave, and those who mean harm. Each section has the figures of a long
run, and the command that repeats it. \`npm run test:all\` runs all of it in a shorter form; \`npm run hostile\` writes this page anew.`

function partOf({ name, title, text, isHidden, show }: Section): string {
  const head = `## ${title}\n\n${text}`
  if (!existsSync(fileOf(name))) return head
  const { command, figures, date, machine } = JSON.parse(readFileSync(fileOf(name), 'utf8')) as Kept
  const tables = [tableOf(figures, isHidden), ...(show ? [show(figures)] : [])].join('\n\n')
  return `${head}\n\n${tables}\n\n\`${command}\`, ${date}, ${machine}.`
}

async function writeFleetChart(): Promise<void> {
  if (!existsSync(fileOf('fleet'))) return
  const { drawFleet } = (await import(FLEET_CHART)) as { drawFleet: DrawFleet }
  const { figures } = JSON.parse(readFileSync(fileOf('fleet'), 'utf8')) as Kept
  const chart = drawFleet({
    sources: Number(figures.sources),
    attempts: figures['attempts per 100 ms since then'] as number[],
    away: Number(figures['ms without a server']),
  })
  writeFileSync(CHART, chart)
}

if (process.argv[1] === import.meta.filename) await writeReport()
