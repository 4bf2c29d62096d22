import { readFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { expect, test } from 'vitest'
import { conformanceDoc, FILE } from './conformance-doc.ts'

test('docs/reference/conformance.md is up to date (npm run docs:conformance writes it)', async () => {
  const expected = await format(conformanceDoc(), { ...(await resolveConfig(FILE)), filepath: FILE })
  expect(readFileSync(FILE, 'utf8')).toBe(expected)
})
