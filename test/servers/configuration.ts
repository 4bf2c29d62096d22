/** The configurations that the page shows, with what the tests have in place of it. */

import { readFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'
import { replaced } from '../docs/blocks.ts'

/** @param replacements ports, and times too long for a test; all of them must be in it */
export function configuration(file: string, replacements: Record<string, string>): string {
  return replaced(readFileSync(path(`test/servers/configurations/${file}`), 'utf8'), replacements)
}
