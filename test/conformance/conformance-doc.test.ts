/** The documentation of the facts. */

import { readFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { expect, test } from 'vitest'
import { behaviourDoc, FILE } from './conformance-doc.ts'

test('docs/reference/conformance.md lists the facts as they are (npm run docs:conformance makes it anew)', async () => {
  const expected = await format(behaviourDoc(), { ...(await resolveConfig(FILE)), filepath: FILE })
  expect(readFileSync(FILE, 'utf8')).toBe(expected)
})
