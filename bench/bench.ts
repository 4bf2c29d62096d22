/** What every measure is given, and rounds: each contender in turn, and then each again. */

import type { Suite } from '../test/tally.ts'

export interface Bench {
  /** Tiny counts: only whether everything works. */
  smoke: boolean
  /** How often each contender has its turn, unless that is told. */
  rounds: (usual: number) => number
  /** Those who take part. */
  contenders: string[]
  /** What the names of single tables of throughput must contain. */
  filter: string
  /** Of the server. */
  origin: string
  /** Counts what has been checked. */
  suite: Suite
}

/** What came of one contender. */
export interface Row<Sample> {
  contender: string
  /** One of each round. */
  samples: Sample[]
  /** Why it does not count, if so. */
  void?: string
}

/** Lets each contender have its turn in every round. What throws makes its row void. */
export async function inTurn<Sample>(
  { suite, rounds, contenders: all }: Bench,
  what: string,
  usualRounds: number,
  take: (contender: string) => Promise<Sample>,
  contenders = all,
): Promise<Row<Sample>[]> {
  const rows: Row<Sample>[] = contenders.map((contender) => ({ contender, samples: [] }))
  for (let round = rounds(usualRounds); round > 0; round--) {
    for (const row of rows.filter((row) => row.void === undefined)) {
      await suite.run(`${what}: ${row.contender}`, async () => {
        try {
          row.samples.push(await take(row.contender))
        } catch (error) {
          row.void = String(error)
          throw error
        }
      })
    }
  }
  return rows
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2
}
