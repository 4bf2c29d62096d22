/** Runs random sequences of server actions and client calls on an EventSource and on a model of the standard. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { pathToFileURL } from 'node:url'
import { path } from '../../conformance/bundle.ts'
import { buildMutant } from '../../mutation.ts'
import type { Part } from '../part.ts'
import { BROKEN } from './broken.ts'
import type { Result, Settings } from './worker.ts'

const SEQUENCES = 500
const LONG_SEQUENCES = 20_000
/** Number of sequences in which a broken version must be detected. */
const MAX_SEQUENCES = 10_000

export const lifecycle: Part = {
  name: 'lifecycle',
  async run(suite, { long, seed }) {
    let result: Result = { sequences: 0, commands: 0, failure: undefined }
    const sequences = long ? LONG_SEQUENCES : SEQUENCES
    await suite.run(`${sequences} sequences follow the standard`, async () => {
      result = await runSequences({
        module: pathToFileURL(path('dist/index.js')).href,
        sequences,
        seed,
        isToShrink: true,
      })
      assert.equal(result.failure, undefined)
    })
    await Promise.all(
      BROKEN.map((broken, index) =>
        suite.run(`detects a version that ${broken.what}`, async () => {
          const outfile = path(`.cache/lifecycle/${index}.mjs`)
          await buildMutant([broken], { format: 'esm', outfile })
          const module = pathToFileURL(outfile).href
          const { failure } = await runSequences({ module, sequences: MAX_SEQUENCES, seed, isToShrink: false })
          assert.notEqual(failure, undefined)
        }),
      ),
    )
    return { sequences: result.sequences, commands: result.commands }
  },
}

async function runSequences(settings: Settings): Promise<Result> {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: settings })
  const [result] = (await once(worker, 'message')) as [Result]
  await worker.terminate()
  return result
}
