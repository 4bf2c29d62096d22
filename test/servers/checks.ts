/** Runs checks of servers, a few in parallel, because they mostly wait. */

import { setTimeout as delay } from 'node:timers/promises'
import { atOnce } from '../at-once.ts'
import type { Suite } from '../tally.ts'

/** Time limit of a check, in ms: longer than its waits, which have better error messages. */
const PATIENCE = 300_000

/** Runs a check with a time limit. */
export async function check(suite: Suite, name: string, run: () => Promise<void> | void): Promise<void> {
  await suite.run(name, async () => {
    const controller = new AbortController()
    const tooLate = delay(PATIENCE, undefined, controller).then(() => {
      throw new Error(`Not finished within ${PATIENCE} ms`)
    })
    try {
      await Promise.race([run(), tooLate])
    } finally {
      controller.abort()
      await tooLate.catch(() => undefined)
    }
  })
}

/** Independent checks of one suite. */
export class Checks {
  readonly #suite: Suite
  readonly #checks: (() => Promise<void>)[] = []

  constructor(suite: Suite) {
    this.#suite = suite
  }

  add(name: string, run: () => Promise<void>): void {
    this.#checks.push(() => check(this.#suite, name, run))
  }

  run(): Promise<void> {
    return atOnce(4, this.#checks)
  }
}
