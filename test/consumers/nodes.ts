/** Programs in each Node: by import, by require, and by import of what is CommonJS. */

import assert from 'node:assert/strict'
import { run } from '../package/check.ts'
import { messageServer } from '../package/message-server.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import type { Tally } from '../tally.ts'
import type { Workspace } from './workspace.ts'

const PROGRAMS = [
  ['by import', 'named.mjs'],
  ['by require', 'named.cjs'],
  ['by import of the CommonJS files', 'of-commonjs.mjs'],
] as const

const EVERYTHING = {
  source: 'hello',
  loop: 'hello',
  dropIn: 'hello',
  same: true,
  names: ['ConnectionError', 'ErrorEvent', 'EventDecoderStream', 'EventSource', 'streamEvents'],
  constant: 'text/event-stream',
  polyfilled: true,
}

export async function checkNodes(tally: Tally, workspace: Workspace): Promise<void> {
  const project = await workspace.project('node')
  const server = await messageServer()
  for (const name of ['node20', 'node22', 'node24', 'node26']) {
    const [node = ''] = RUNTIMES[name] ?? []
    const suite = tally.suite(`consumers: ${name}`)
    const reason = missing([node])
    if (reason !== undefined) {
      suite.missing(reason)
      suite.end()
      continue
    }
    for (const [how, program] of PROGRAMS) {
      await suite.run(`${how}, all entry points are there, receive a message and let the process end`, async () => {
        assert.deepEqual(JSON.parse(await run(node, [program, server.url], project)), EVERYTHING)
      })
    }
    await suite.run('an import and a require in one program know the errors of each other', async () => {
      const found = JSON.parse(await run(node, ['both.mjs'], project)) as object
      assert.deepEqual(found, {
        copies: true,
        errors: [true, true, true, true],
        reasons: ['content-type', 'content-type'],
      })
    })
    await suite.run(
      'nothing is written to stderr: no warning, of a deprecation or of something experimental',
      async () => {
        const code = `import { spawnSync } from 'node:child_process'
        for (const program of ['named.mjs', 'named.cjs', 'of-commonjs.mjs'])
          process.stdout.write(spawnSync(process.execPath, [program, '${server.url}']).stderr)`
        assert.equal(await run(node, ['--input-type=module', '--eval', code], project), '')
      },
    )
    await suite.run('there is no default export', async () => {
      await assert.rejects(
        run(node, ['default.mjs'], project),
        /SyntaxError.*does not provide an export named 'default'/s,
      )
    })
    suite.end()
  }
  server.close()
}
