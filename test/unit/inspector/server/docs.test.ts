/** The link from the inspector to its documentation. */

import { expect, test } from 'vitest'
import { docsURL } from '../../../../src/inspector/server/docs.ts'

test('links to the guide of the same version in the repository', () => {
  const repository = { url: 'git+https://github.com/someone/everysource.git' }
  expect(docsURL({ version: '7.1.0', repository })).toBe(
    'https://github.com/someone/everysource/blob/v7.1.0/docs/guides/inspector.md',
  )
})

test('has no link if the repository is unknown', () => {
  expect(docsURL({ version: '7.1.0' })).toBeUndefined()
})
