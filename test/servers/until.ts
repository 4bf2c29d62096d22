/** Waits for a condition. */

import { setTimeout as delay } from 'node:timers/promises'

type Now<T> = () => T | Promise<T>

const INTERVAL = 5
/** Maximum time counted per check of the condition; the rest is time lost on a busy machine. */
const LONGEST = 20
/** Upper limit, far longer than any wait. */
const LIMIT = 60_000

/** Resolves when the condition holds; otherwise throws the current state after a time limit. */
export async function until(holds: Now<boolean>, otherwise: Now<string>, within = LIMIT): Promise<void> {
  let waited = 0
  while (!(await holds())) {
    if (waited > within) throw new Error(`After ${within} ms ${await otherwise()}`)
    const before = performance.now()
    await delay(INTERVAL)
    waited += Math.min(performance.now() - before, LONGEST)
  }
}
