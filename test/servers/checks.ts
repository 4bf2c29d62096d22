/** Checks of servers, a few at once: what they mostly do is wait. */

import { setTimeout as delay } from 'node:timers/promises'
import { atOnce } from '../at-once.ts'
import type { Suite } from '../tally.ts'

/** How long a check may take, in ms: longer than its waits, which say what was missing. */
const PATIENCE = 300_000

/** A check that must come to an end: most of them wait for something. */
export async function check(suite: Suite, name: string, does: () => Promise<void> | void): Promise<void> {
  await suite.run(name, async () => {
    const controller = new AbortController()
    const tooLate = delay(PATIENCE, undefined, controller).then(() => {
      throw new Error(`It has not ended within ${PATIENCE} ms`)
    })
    try {
      await Promise.race([does(), tooLate])
    } finally {
      controller.abort()
      await tooLate.catch(() => undefined)
    }
  })
}

/** Checks of one suite that do not depend on each other. */
export class Checks {
  readonly #suite: Suite
  readonly #checks: (() => Promise<void>)[] = []

  constructor(suite: Suite) {
    this.#suite = suite
  }

  add(name: string, does: () => Promise<void>): void {
    this.#checks.push(() => check(this.#suite, name, does))
  }

  run(): Promise<void> {
    return atOnce(4, this.#checks)
  }
}
