/** Opens and closes many connections, and checks that no memory, socket, listener, timer or handle leaks. */

import assert from 'node:assert/strict'
import { path } from '../../conformance/bundle.ts'
import { buildMutant } from '../../mutation.ts'
import type { Figures, Part } from '../part.ts'
import { growth, grows, resolution, WINDOWS } from './heap.ts'
import { Processes, type Outcome } from './processes.ts'
import { MUTANTS } from './mutants.ts'
import type { Orders } from './scenario.ts'
import { STAGES } from './stages.ts'

/** Number of cycles in the quick run and in the long one. */
const COUNTS: Record<string, [quick: number, long: number]> = {
  // First, because a mutant is compared with it.
  'a loop left by break': [1_200, 10_000],
  'connect, message, close': [2_400, 12_000],
  reconnections: [2_400, 12_000],
  'a refused response': [600, 4_000],
  'a refused response that is complete': [1_200, 10_000],
  'a loop whose request is refused': [600, 4_000],
}

/** Number of connections to end at each stage. */
const ENDS: [quick: number, long: number] = [20, 200]

/** Number of checks for remains: a busy machine needs time. */
const LOOKS = 1_000

/** Number of checks for a version that leaks: more would not change the result. */
const FEW_LOOKS = 5

/** Time limits for the scenarios of one client, in ms, on a busy machine. */
const LIMITS: [quick: number, long: number] = [600_000, 1_800_000]

export const leaks: Part = {
  name: 'leaks',
  run: async (suite, { long }) => {
    const figures: Figures = {}
    const module = path('dist/index.js')
    // Clients mostly wait for timers, so two pairs run at once, each with its own server.
    const pairs = await Promise.all([Processes.start(), Processes.start()])
    const [heaps, others] = pairs
    const chosen = ([quick, lengthy]: [number, number]): number => (long ? lengthy : quick)
    const limit = chosen(LIMITS)
    /** Results of the library itself. */
    const sound = new Map<string, Outcome>()
    const watchHeaps = async (processes: Processes): Promise<void> => {
      for (const [scenario, counts] of Object.entries(COUNTS)) {
        const cycles = chosen(counts)
        await suite.run(`${scenario}, ${cycles} times`, async () => {
          const orders = { scenarios: [scenario], cycles, windows: WINDOWS, looks: LOOKS, limit }
          const first = await processes.run({ module, ...orders })
          // A late one-time allocation of the runtime looks like growth; a leak grows in every run.
          const outcome = grows(first.heap) ? await processes.run({ module, ...orders }) : first
          sound.set(keyOf(orders), outcome)
          assertClean(first)
          const { heap } = outcome
          Object.assign(figures, {
            [`${scenario}: cycles`]: cycles,
            [`${scenario}: heap, KiB`]: heap.map((size) => Math.round(size / 1_024)),
            [`${scenario}: heap growth, bytes`]: growth(heap),
            [`${scenario}: smallest detectable leak, bytes per cycle`]: resolution(heap, cycles),
          })
          assertClean(outcome)
          assert.ok(!grows(heap), `the heap grows: ${heap.join(', ')}`)
        })
      }
    }
    const watchOthers = async (processes: Processes): Promise<void> => {
      const ends = chosen(ENDS)
      const stages = Object.entries(STAGES)
      await suite.run(`ended at each of ${stages.length} stages, ${ends} times`, async () => {
        const scenarios = Object.keys(STAGES)
        const outcome = await processes.run({ module, scenarios, cycles: ends, windows: 1, looks: LOOKS, limit })
        const requests = stages.flatMap(([name, { requests }]) => (requests ? [[name, requests * ends] as const] : []))
        assert.deepEqual(outcome.reached, Object.fromEntries(scenarios.map((name) => [name, ends])))
        const arrived = requests.map(([name]) => [name, outcome.arrived[name]])
        assert.deepEqual(Object.fromEntries(arrived), Object.fromEntries(requests))
        assertClean(outcome)
      })
      figures['ended at each stage: stages'] = stages.length
      figures['ended at each stage: cycles per stage'] = ends
      for (const mutant of MUTANTS) {
        await suite.run(`detects a version that ${mutant.what}`, async () => {
          const { scenario, cycles = 20 } = mutant
          const windows = mutant.cycles ? WINDOWS : 1
          const orders = { scenarios: [scenario], cycles, windows, looks: FEW_LOOKS, limit }
          const key = keyOf(orders)
          const control = sound.get(key) ?? (await processes.run({ module, ...orders, looks: LOOKS }))
          sound.set(key, control)
          assert.ok(!mutant.isDetected(control), `Also detected in the library itself: ${JSON.stringify(control)}`)
          const broken = path(`.cache/hostile/${mutant.what.replace(/\W+/g, '-')}.mjs`)
          await buildMutant([mutant], { format: 'esm', outfile: broken })
          const outcome = await processes.run({ module: broken, ...orders })
          assert.ok(mutant.isDetected(outcome), JSON.stringify(outcome))
        })
      }
    }
    try {
      await Promise.all([watchHeaps(heaps), watchOthers(others)])
    } finally {
      for (const processes of pairs) processes.stop()
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

/** Runs with the same key give the same result. */
function keyOf({ scenarios, cycles, windows }: Pick<Orders, 'scenarios' | 'cycles' | 'windows'>): string {
  return JSON.stringify([scenarios, cycles, windows])
}
