/** Records all programs with one of the packages. Imported in Node, and bundled for a page as the global `dropIn`. */

import * as original from '@microsoft/fetch-event-source'
import * as ours from 'everysource/fetch-event-source'
import { FIXES, SAME } from './programs.ts'
import { record, type Library, type Program, type Setting, type Recording } from './scenario.ts'

export type Package = 'original' | 'ours'

// The types differ only in `retry`, which in ours may be present and undefined.
export const LIBRARIES: Record<Package, Library> = { original, ours: ours as unknown as Library }

/** Browsers open six connections to an origin. */
const CONCURRENCY = 5

export async function recordAll(name: Package, setting: Setting): Promise<Recording[]> {
  const programs: Program<never>[] = [...SAME, ...FIXES]
  const recordings: Recording[] = []
  const next = async (): Promise<void> => {
    for (let program; (program = programs.shift());) {
      recordings.push(await record(program, LIBRARIES[name], setting, name === 'original'))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, next))
  return recordings
}
