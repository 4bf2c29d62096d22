/** The programs in the guides. */

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { shownFiles, withCurrentFiles } from '../docs/shown-files.ts'
import { path } from './bundle.ts'
import { programs } from './facts/programs.ts'
import { GUIDES, PROGRAMS } from './programs-doc.ts'

const files = readdirSync(path(PROGRAMS)).sort()

test.for(GUIDES)('%s shows the current programs (npm run docs:programs updates them)', (page) => {
  expect(readFileSync(path(page), 'utf8')).toBe(withCurrentFiles(page, PROGRAMS))
})

test('each program is shown once', () => {
  const shown = GUIDES.flatMap((page) => shownFiles(page, PROGRAMS).map(({ file }) => file))
  expect(shown.sort()).toEqual(files.map((file) => `${PROGRAMS}/${file}`))
})

test('each program has facts, and each fact belongs to a program', () => {
  const tested = new Set(programs.map(({ title }) => `${title.split(':')[0]}.ts`))
  expect([...tested].sort()).toEqual(files)
})
