/** The context of all measures, and rounds: each contender takes one turn per round. */

import type { Suite } from '../test/tally.ts'

export interface Bench {
  /** Uses tiny counts, only to check that everything works. */
  smoke: boolean
  /** The number of rounds: `usual`, unless overridden. */
  rounds: (usual: number) => number
  /** Names of the contenders. */
  contenders: string[]
  /** Selects throughput tables whose name contains this. */
  filter: string
  /** The server's first origin. */
  origin: string
  /** All of them. Browsers limit the connections to each. */
  origins: string[]
  serverPid: number
  /** Counts the checks. */
  suite: Suite
}

/** Samples of one contender. */
export interface Row<Sample> {
  contender: string
  /** One per round. */
  samples: Sample[]
  /** The reason why the row is invalid, if it is. */
  void?: string
}

/** Takes a sample of each contender in every round. */
export async function inTurn<Sample>(
  { smoke, suite, rounds, contenders: all }: Bench,
  what: string,
  usualRounds: number,
  take: (contender: string) => Promise<Sample>,
  contenders = all,
): Promise<Row<Sample>[]> {
  const rows: Row<Sample>[] = contenders.map((contender) => ({ contender, samples: [] }))
  const turn = (row: Row<Sample>): Promise<void> =>
    suite.run(`${what}: ${row.contender}`, async () => {
      await takeSample(row, take)
      if (row.void !== undefined) throw new Error(row.void)
    })
  for (let round = rounds(usualRounds); round > 0; round--) {
    const valid = rows.filter((row) => row.void === undefined)
    // In parallel in a smoke run, which measures nothing.
    if (smoke) await Promise.all(valid.map(turn))
    else for (const row of valid) await turn(row)
  }
  return rows
}

/** All contenders; in a smoke run only two, enough to show that the measure works. */
export function few({ smoke, contenders }: Bench): string[] {
  return smoke ? contenders.slice(0, 2) : contenders
}

/** Takes one sample. An error makes the row void. */
export async function takeSample<Sample>(
  row: Row<Sample>,
  take: (contender: string) => Promise<Sample>,
): Promise<void> {
  try {
    row.samples.push(await take(row.contender))
  } catch (error) {
    row.void = String(error)
  }
}

/** @param sorted in ascending order */
export function percentile(sorted: number[], part: number): number {
  return sorted[Math.floor(sorted.length * part)] ?? NaN
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2
}
