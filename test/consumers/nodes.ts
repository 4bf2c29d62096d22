/** Programs in each Node version: import, require, and import of CommonJS. */

import assert from 'node:assert/strict'
import { run } from '../package/check.ts'
import { messageServer } from '../package/message-server.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import type { Tally } from '../tally.ts'
import type { Workspace } from './workspace.ts'

const PROGRAMS = [
  ['import', 'named.mjs'],
  ['require', 'named.cjs'],
  ['import of the CommonJS files', 'of-commonjs.mjs'],
] as const

const EVERYTHING = {
  source: 'hello',
  shared: 'hello',
  loop: 'hello',
  dropIn: 'hello',
  same: true,
  // `everysource/shared` uses `__internals`.
  names: ['ConnectionError', 'ErrorEvent', 'EventDecoderStream', 'EventSource', '__internals', 'streamEvents'],
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
      await suite.run(`by ${how}, all entry points load and receive a message, and the process exits`, async () => {
        assert.deepEqual(JSON.parse(await run(node, [program, server.url], project)), EVERYTHING)
      })
    }
    await suite.run("imported and required copies recognize each other's errors", async () => {
      const found = JSON.parse(await run(node, ['both.mjs'], project)) as object
      assert.deepEqual(found, {
        copies: true,
        errors: [true, true, true, true],
        reasons: ['content-type', 'content-type'],
      })
    })
    await suite.run('nothing is written to stderr, such as deprecation or experimental warnings', async () => {
      const code = `import { spawnSync } from 'node:child_process'
        for (const program of ['named.mjs', 'named.cjs', 'of-commonjs.mjs'])
          process.stdout.write(spawnSync(process.execPath, [program, '${server.url}']).stderr)`
      assert.equal(await run(node, ['--input-type=module', '--eval', code], project), '')
    })
    await suite.run('the package has no default export', async () => {
      await assert.rejects(
        run(node, ['default.mjs'], project),
        /SyntaxError.*does not provide an export named 'default'/s,
      )
    })
    suite.end()
  }
  server.close()
}
