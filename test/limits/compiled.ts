/** The package compiled to an older target by TypeScript, as in apps that also compile their dependencies. */

import assert from 'node:assert/strict'
import ts from 'typescript'
import type { Tally } from '../tally.ts'
import { loadCompiled, type Loaded } from './builds.ts'
import { everything } from './realms.ts'
import { describeEvents, EXPECTED_EVENTS } from './subclasses.ts'

/** ES2022 introduced static blocks, class fields and private methods; ES2018 introduced `for await`. */
const TARGETS = ['ES2017', 'ES2018', 'ES2020', 'ES2022'] as const

export async function checkCompiled(tally: Tally, url: string): Promise<void> {
  for (const target of TARGETS) {
    const suite = tally.suite(`compiled by TypeScript ${ts.version} to ${target}`)
    for (const useDefineForClassFields of [false, true]) {
      const compile = (source: string): string =>
        ts.transpileModule(source, {
          compilerOptions: {
            target: ts.ScriptTarget[target],
            module: ts.ModuleKind.CommonJS,
            // Below ES2022 the default is false, and fields are assigned.
            useDefineForClassFields,
          },
        }).outputText
      for (const folder of ['dist', 'dist/browser'] as const) {
        await suite.run(
          `${folder}, useDefineForClassFields ${useDefineForClassFields}: a source and a loop receive messages`,
          async () => {
            const loaded = await loadCompiled(everything().context, folder, compile)
            assert.deepEqual(await describeEvents(loaded, url), EXPECTED_EVENTS)
            assert.deepEqual(await dataOf(loaded, url), 'hello')
          },
        )
      }
    }
    suite.end()
  }
}

/** Returns the data that a loop and the drop-in receive. They must be equal. */
async function dataOf({ everysource, dropIn }: Loaded, url: string): Promise<string> {
  let looped = ''
  for await (const { data } of everysource.streamEvents(url)) {
    looped = data
    break
  }
  const dropped = await new Promise<string>((resolve, reject) => {
    const leaving = new AbortController()
    dropIn
      .fetchEventSource(url, {
        signal: leaving.signal,
        openWhenHidden: true,
        onmessage: ({ data }) => {
          resolve(data)
          leaving.abort()
        },
      })
      .catch(reject)
  })
  assert.equal(dropped, looped)
  return looped
}
