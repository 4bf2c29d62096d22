/** Runs the trials of a client in this process, and prints a line of JSON for each. */

import type { Client, EventSourceClass, Implementation, Trial } from './client.ts'

/** How long a trial may take, in ms, and one that is known to fail: with some implementations it only ever waits. */
const PATIENCE = 90_000
const FAILING = 3_000

export async function runTrials(
  { trials, others }: Client,
  implementation: Implementation,
  EventSource: EventSourceClass,
): Promise<void> {
  for (const trial of trials) {
    const isFailing = implementation !== 'everysource' && others[implementation]?.includes(trial.name)
    const error = await attempt(() => trial.run(EventSource, implementation), isFailing ? FAILING : PATIENCE)
    console.log(JSON.stringify({ name: trial.name, error }))
  }
  // Clients may keep timers.
  process.exit()
}

/** Why a trial failed, if it did. */
export async function attempt(run: () => ReturnType<Trial['run']>, patience = PATIENCE): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(reject, patience, new Error(`It has not ended within ${patience} ms`))
    })
    await Promise.race([run(), late])
    return undefined
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  } finally {
    clearTimeout(timer)
  }
}
