/** That the page shows what has been tested. */

import assert from 'node:assert/strict'
import type { Suite } from '../tally.ts'
import { check } from './checks.ts'
import { currentPage, filesToShow, readPage, shown } from './page.ts'

export async function checkDocumentation(suite: Suite): Promise<void> {
  await check(
    suite,
    'docs/guides/servers.md shows the files as they are (node test/servers/page.ts puts them there anew)',
    () => {
      assert.equal(readPage(), currentPage())
    },
  )

  await check(suite, 'it shows each file once, and no other code', () => {
    const { files, blocks } = shown()
    assert.deepEqual(files, filesToShow())
    assert.equal(blocks, files.length)
  })
}
