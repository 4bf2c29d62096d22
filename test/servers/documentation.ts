/** Checks that servers.md shows the tested files. */

import assert from 'node:assert/strict'
import type { Suite } from '../tally.ts'
import { check } from './checks.ts'
import { currentPage, filesToShow, readPage, shown } from './page.ts'

export async function checkDocumentation(suite: Suite): Promise<void> {
  await check(suite, 'docs/guides/servers.md shows the current files (npm run docs:servers updates it)', () => {
    assert.equal(readPage(), currentPage())
  })

  await check(suite, 'docs/guides/servers.md shows each file once, and no other code', () => {
    const { files, blocks } = shown()
    assert.deepEqual(files, filesToShow())
    assert.equal(blocks, files.length)
  })
}
