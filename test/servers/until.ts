/** Waiting for a condition. */

import { setTimeout as delay } from 'node:timers/promises'

type Now<T> = () => T | Promise<T>

const INTERVAL = 5
/** The most that one look at the condition counts for. Any time beyond it went to other work on a busy machine. */
const LONGEST = 20
/** Says only when to stop waiting, so it is far longer than anything takes. */
const LIMIT = 60_000

/** Resolves when it holds, or throws what is the case instead after so many ms. */
export async function until(holds: Now<boolean>, otherwise: Now<string>, within = LIMIT): Promise<void> {
  let waited = 0
  while (!(await holds())) {
    if (waited > within) throw new Error(`After ${within} ms ${await otherwise()}`)
    const before = performance.now()
    await delay(INTERVAL)
    waited += Math.min(performance.now() - before, LONGEST)
  }
}
