/** Connections without end: whether memory, sockets, listeners, timers or handles add up. */

import assert from 'node:assert/strict'
import { path } from '../../conformance/bundle.ts'
import { buildMutant } from '../../mutation.ts'
import type { Figures, Part } from '../part.ts'
import { growth } from './heap.ts'
import { Lab, type Outcome } from './lab.ts'
import { MUTANTS } from './mutants.ts'
import { STAGES } from './stages.ts'

/** How often each happens, in the quick run and in the long one. */
const COUNTS: Record<string, [quick: number, long: number]> = {
  'connect, message, close': [2_400, 12_000],
  reconnections: [2_400, 12_000],
  'a loop left by break': [1_200, 10_000],
  'a refused response': [600, 4_000],
  'a refused response that is complete': [1_200, 10_000],
  'a loop refused': [600, 4_000],
}

/** How often a connection is ended at each stage. */
const ENDS: [quick: number, long: number] = [20, 200]

/** How long what is let go of may take to be gone, in ms: a busy machine has other work. */
const PATIENCE = 15_000

/** How often the heap is looked at; the first of these are to warm up: code is compiled, shapes of objects are learnt. */
const WINDOWS = 12
const WARM_UP = 3

/** How many bytes of heap a cycle may leave behind: the smallest object has more. */
const MOST_PER_CYCLE = 16

/** By how many bytes the heap may grow whatever the cycles: by as much it differs between runs that leak nothing. */
const NOISE = 1_500_000

export const leaks: Part = {
  name: 'leaks',
  run: async (suite, { long }) => {
    const figures: Figures = {}
    const module = path('dist/index.js')
    const lab = await Lab.start()
    const chosen = ([quick, lengthy]: [number, number]): number => (long ? lengthy : quick)
    try {
      for (const [scenario, counts] of Object.entries(COUNTS)) {
        const cycles = chosen(counts)
        await suite.run(`${scenario}, ${cycles} times`, async () => {
          const outcome = await lab.run({ module, scenarios: [scenario], cycles, windows: WINDOWS, patience: PATIENCE })
          const { bytes, perCycle } = growth(outcome.heap.slice(WARM_UP), (cycles * (WINDOWS - WARM_UP)) / WINDOWS)
          Object.assign(figures, {
            [`${scenario}: times`]: cycles,
            [`${scenario}: heap per time, bytes`]: Math.round(perCycle),
            [`${scenario}: heap, KiB`]: outcome.heap.map((size) => Math.round(size / 1_024)),
          })
          assertClean(outcome)
          assert.ok(bytes < NOISE || perCycle < MOST_PER_CYCLE, `the heap grows: ${outcome.heap.join(', ')}`)
        })
      }
      const ends = chosen(ENDS)
      await suite.run(`ended at each of ${Object.keys(STAGES).length} stages, ${ends} times`, async () => {
        assertClean(
          await lab.run({ module, scenarios: Object.keys(STAGES), cycles: ends, windows: 1, patience: PATIENCE }),
        )
      })
      figures['ended at each stage: stages'] = Object.keys(STAGES).length
      figures['ended at each stage: times each'] = ends
      for (const mutant of MUTANTS) {
        await suite.run(`a version that ${mutant.what} is noticed`, async () => {
          const module = path(`.cache/hostile/${mutant.what.replace(/\W+/g, '-')}.mjs`)
          await buildMutant(mutant, { format: 'esm', outfile: module })
          const outcome = await lab.run({
            module,
            scenarios: [mutant.scenario],
            cycles: 20,
            windows: 1,
            patience: 1_000,
          })
          assert.ok(mutant.isNoticed(outcome), JSON.stringify(outcome))
        })
      }
    } finally {
      lab.stop()
    }
    return figures
  },
}

function assertClean({ uncollected, listeners, resources, sockets }: Outcome): void {
  assert.deepEqual(
    { sockets, uncollected, listeners, resources },
    { sockets: 0, uncollected: {}, listeners: {}, resources: [] },
  )
}
