/** Growth: how the cost of large events, many lines and many connections scales with their number. */

import { few, inTurn, type Bench, type Row } from '../bench.ts'
import type { Cost } from '../in-child/large.ts'
import { runJob, type Job } from '../job.ts'

export interface GrowthTable {
  title: string
  /** Unit of the sizes. */
  unit: string
  sizes: { size: number; rows: Row<Cost>[] }[]
}

interface Dimension {
  title: string
  unit: string
  sizes: number[]
  smokeSizes: number[]
  job: (size: number) => Omit<Job, 'contender'>
}

const LINE = 32
const MIB = 2 ** 20

const DIMENSIONS: Dimension[] = [
  {
    title: 'One event of one line, in chunks of 16 KiB',
    unit: 'MiB',
    sizes: [8, 64, 256],
    smokeSizes: [1],
    job: (size) => ({ measure: 'large', url: `/large?lines=1&length=${size * MIB}`, count: 1 }),
  },
  {
    title: `One event of lines of ${LINE} characters, in chunks of 16 KiB`,
    unit: 'lines',
    sizes: [12_500, 100_000],
    smokeSizes: [1_000],
    job: (size) => ({ measure: 'large', url: `/large?lines=${size}&length=${LINE}`, count: 1 }),
  },
  {
    title: 'Connections opened at once, until each has had a message',
    unit: 'connections',
    sizes: [500, 4_000],
    smokeSizes: [20],
    job: (size) => ({ measure: 'connections', url: '/idle', count: size }),
  },
]

const CONTENDERS = ['baseline', 'everysource', 'everysource-loop']
const ROUNDS = 3

export async function growth(bench: Bench): Promise<GrowthTable[]> {
  const tables: GrowthTable[] = []
  for (const { title, unit, sizes, smokeSizes, job } of DIMENSIONS) {
    const table: GrowthTable = { title, unit, sizes: [] }
    for (const size of bench.smoke ? smokeSizes : sizes) {
      const { measure, url, count } = job(size)
      const take = (contender: string): Promise<Cost> =>
        runJob<Cost>({ measure, contender, url: `${bench.origin}${url}`, count })
      table.sizes.push({
        size,
        rows: await inTurn(bench, `${size} ${unit}`, ROUNDS, take, few({ ...bench, contenders: CONTENDERS })),
      })
    }
    tables.push(table)
  }
  return tables
}
