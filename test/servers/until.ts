/** Waiting for a condition. */

import { setTimeout as delay } from 'node:timers/promises'

type Now<T> = () => T | Promise<T>

const INTERVAL = 5
/** As much as one look at the condition counts for. What is more, a busy machine has kept to itself. */
const LONGEST = 20

/** Resolves when it holds, or throws what is the case instead after so many ms. */
export async function until(holds: Now<boolean>, otherwise: Now<string>, within = 20_000): Promise<void> {
  let waited = 0
  while (!(await holds())) {
    if (waited > within) throw new Error(`After ${within} ms ${await otherwise()}`)
    const before = performance.now()
    await delay(INTERVAL)
    waited += Math.min(performance.now() - before, LONGEST)
  }
}
