/** Counts results. Prints each failure, a line per suite, and the total. */

import { isCI } from './ci.ts'
import type { Result } from './conformance/suite.ts'
import { isBuilt } from './install.mjs'

interface Counts {
  passed: number
  failed: number
  skipped: number
  excepted: number
}

/** How many of the slowest tests of each suite to list. */
const SLOWEST = Number(process.env.SLOWEST ?? 0)

/** How long a failed run may take to exit on its own, in ms. */
const GRACE = 10_000

const none = (): Counts => ({ passed: 0, failed: 0, skipped: 0, excepted: 0 })

export class Tally {
  readonly #sum = none()

  constructor() {
    // After an edit in `src`, a single suite would test the old build.
    if (!isBuilt()) console.log('dist is older than src. Run npm run build.')
  }

  suite(name: string): Suite {
    return new Suite(name, this.#sum)
  }

  /** Prints the total as the last line of the run, and sets the exit code. */
  end(): void {
    const { passed, skipped, excepted } = this.#sum
    // A misspelled name must not look like a run that found no failures.
    const ranNothing = passed + skipped + excepted + this.#sum.failed === 0
    if (ranNothing) console.log('  No tests ran. Check the name of the suite, fact or case.')
    const failed = ranNothing ? 1 : this.#sum.failed
    if (failed > 0) {
      process.exitCode = 1
      // Handles left open by a failed test must not keep the process running.
      setTimeout(() => process.exit(), GRACE).unref()
    }
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  }
}

/** Results of one implementation in one runtime. */
export class Suite {
  readonly #name: string
  readonly #sum: Counts
  readonly #counts = none()
  readonly #started = performance.now()
  /** Every result reported so far. */
  readonly results: Result[] = []

  constructor(name: string, sum: Counts) {
    this.#name = name
    this.#sum = sum
  }

  readonly report = (result: Result): void => {
    const { name, outcome, reason } = result
    this.results.push(result)
    this.#counts[outcome]++
    if (outcome === 'failed') console.log(`  not ok: ${this.#name}: ${name}\n    ${reason ?? ''}`)
  }

  /** Runs a check and reports its result. */
  async run(name: string, check: () => Promise<void> | void): Promise<void> {
    const started = performance.now()
    const took = (): number => performance.now() - started
    try {
      await check()
      this.report({ name, outcome: 'passed', took: took() })
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.report({ name, outcome: 'failed', reason, took: took() })
    }
  }

  /** Reports that the whole suite cannot run. This is a failure in CI, where every suite must run. */
  missing(reason: string): void {
    if (isCI()) this.#counts.failed++
    else this.#counts.skipped++
    console.log(`  ${this.#name} cannot run: ${reason}`)
  }

  end(): void {
    const { passed, failed, skipped, excepted } = this.#counts
    const byTime = [...this.results].sort((one, other) => (other.took ?? 0) - (one.took ?? 0))
    for (const { name, took = 0 } of byTime.slice(0, SLOWEST)) console.log(`  ${(took / 1_000).toFixed(1)} s: ${name}`)
    const parts = [`${passed} passed`, `${failed} failed`]
    if (skipped > 0) parts.push(`${skipped} skipped`)
    if (excepted > 0) parts.push(`${excepted} excepted`)
    const seconds = ((performance.now() - this.#started) / 1_000).toFixed(1)
    console.log(`${this.#name}: ${parts.join(', ')} (${seconds} s)`)
    for (const key of ['passed', 'failed', 'skipped', 'excepted'] as const) this.#sum[key] += this.#counts[key]
  }
}
