/** Updates the code blocks in docs/guides that show the programs of this suite: `npm run docs:programs`. */

import { readdirSync, writeFileSync } from 'node:fs'
import { shownFiles, withCurrentFiles } from '../docs/shown-files.ts'
import { path } from './bundle.ts'

export const PROGRAMS = 'test/conformance/programs'

/** The guides that show programs. */
export const GUIDES = readdirSync(path('docs/guides'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/guides/${file}`)
  .filter((page) => shownFiles(page, PROGRAMS).length > 0)

if (process.argv[1] === import.meta.filename) {
  for (const page of GUIDES) writeFileSync(path(page), withCurrentFiles(page, PROGRAMS))
}
