/** A few things at once: what tests of servers mostly do is wait. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Suite } from '../tally.ts'

/** How long a check may take, in ms. */
const PATIENCE = 30_000

/** Runs them, so many at a time, and throws what the first to fail has thrown when all have ended. */
export async function atOnce(limit: number, tasks: (() => Promise<void>)[]): Promise<void> {
  const waiting = [...tasks]
  const runNext = async (): Promise<void> => {
    for (let task = waiting.shift(); task; task = waiting.shift()) await task()
  }
  const ends = await Promise.allSettled(Array.from({ length: limit }, runNext))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

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
