/** The documentation of the programs. */

import { readdirSync, readFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { expect, test } from 'vitest'
import { path } from './bundle.ts'
import { programs } from './facts/programs.ts'
import { factsOf, FILE, PROGRAMS, programsDoc, readProgram } from './programs-doc.ts'

const names = Object.values(PROGRAMS).flat()

test('docs/guides/programs.md shows the programs as they are (npm run docs:programs makes it anew)', async () => {
  const expected = await format(programsDoc(), { ...(await resolveConfig(FILE)), filepath: FILE })
  expect(readFileSync(FILE, 'utf8')).toBe(expected)
})

test('each program is shown once, and has a title of its own', () => {
  const files = readdirSync(path('test/conformance/programs'))
  expect(names.map((name) => `${name}.ts`).sort()).toEqual(files.sort())
  expect(new Set(names.map((name) => readProgram(name).title)).size).toBe(names.length)
})

test('each program has facts, and each fact its program', () => {
  for (const name of names) expect(factsOf(name), name).not.toEqual([])
  for (const { title } of programs) expect(names).toContain(title.split(':')[0])
})
