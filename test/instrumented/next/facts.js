/** Runs a common trial in the process of Next.js, where `fetch` is patched. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Loaded by Node, not bundled, like the trials of the other tools. */
const load = (path) => import(/* turbopackIgnore: true */ new URL(path, process.env.INSTRUMENTED).href)

/** Returns the error, or `ok`. */
export async function outcomeOf(name) {
  setFlagsFromString('--expose-gc')
  globalThis.gc = runInNewContext('gc')
  if (!globalThis[Symbol.for('next-patch')]) return 'fetch is not patched'
  const { commonTrials } = await load('trials.ts')
  const { EventSource } = await load('../../dist/index.js')
  try {
    await commonTrials()
      .find((trial) => trial.name === name)
      .run(EventSource, 'everysource')
    return 'ok'
  } catch (error) {
    return `${error?.stack ?? error}`
  }
}
