/** The package compiled by TypeScript to an older target, as some apps compile their dependencies too, and run. */

import assert from 'node:assert/strict'
import ts from 'typescript'
import type { Tally } from '../tally.ts'
import { loadCompiled, type Loaded } from './builds.ts'
import { everything } from './realms.ts'
import { story, STORY } from './subclasses.ts'

/** Static blocks and class fields are new in ES2022, private methods too; before ES2018 there is no `for await`. */
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
            // False by default below ES2022: fields are assigned then.
            useDefineForClassFields,
          },
        }).outputText
      for (const folder of ['dist', 'dist/browser'] as const) {
        await suite.run(
          `${folder}, useDefineForClassFields ${useDefineForClassFields}: a source and a loop receive messages`,
          async () => {
            const loaded = await loadCompiled(everything().context, folder, compile)
            assert.deepEqual(await story(loaded, url), STORY)
            assert.deepEqual(await dataOf(loaded, url), 'hello')
          },
        )
      }
    }
    suite.end()
  }
}

/** What a loop and the drop-in receive; they must agree. */
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
