/** Reads the configurations shown in servers.md, with replacements for tests. */

import { readFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'
import { replaced } from '../docs/blocks.ts'

/** @param replacements for ports and long times; the file must contain all of them */
export function configuration(file: string, replacements: Record<string, string>): string {
  return replaced(readFileSync(path(`test/servers/configurations/${file}`), 'utf8'), replacements)
}
