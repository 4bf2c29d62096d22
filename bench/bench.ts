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
  serverPid: number
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

/** Lets each contender have its turn in every round. */
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
    // Where nothing is measured, all at once.
    if (smoke) await Promise.all(valid.map(turn))
    else for (const row of valid) await turn(row)
  }
  return rows
}

/** Everybody; where nothing is measured, enough to show that the measure works. */
export function few({ smoke, contenders }: Bench): string[] {
  return smoke ? contenders.slice(0, 2) : contenders
}

/** One turn. What throws makes the row void. */
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

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2
}
