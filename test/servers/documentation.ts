/** That the page shows what has been tested. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { path } from '../conformance/bundle.ts'
import type { Suite } from '../tally.ts'
import { check } from './checks.ts'
import { currentPage, filesToShow, readPage, shown } from './page.ts'

export async function checkDocumentation(suite: Suite): Promise<void> {
  await check(
    suite,
    'docs/servers.md shows the files as they are (node test/servers/page.ts puts them there anew)',
    () => {
      assert.equal(readPage(), currentPage())
    },
  )

  await check(suite, 'it shows each file once, and no other code', () => {
    const { files, blocks } = shown()
    assert.deepEqual(files, filesToShow())
    assert.equal(blocks, files.length)
  })

  // It has decorators of the older kind, so the other files' compilation leaves it out.
  await check(suite, "NestJS's program is correct TypeScript", async () => {
    const tsc = spawn(process.execPath, [
      path('node_modules/typescript/bin/tsc'),
      '-p',
      path('test/servers/programs/nest'),
    ])
    let said = ''
    tsc.stdout.on('data', (text: Buffer) => (said += text.toString()))
    const code = await new Promise((resolve) => tsc.once('close', resolve))
    assert.deepEqual([code, said], [0, ''])
  })
}
