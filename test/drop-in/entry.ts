/** Tells all stories on one of the packages: in Node as it stands, in a page as one global, `dropIn`. */

import * as original from '@microsoft/fetch-event-source'
import * as ours from 'everysource/fetch-event-source'
import { MENDED, SAME } from './programs.ts'
import { tell, type Library, type Program, type Setting, type Story } from './story.ts'

export type Package = 'original' | 'ours'

// The types differ in nothing but that ours say of `retry` that it may be there and undefined.
export const LIBRARIES: Record<Package, Library> = { original, ours: ours as unknown as Library }

/** Browsers open six connections to an origin. */
const CONCURRENCY = 5

export async function tellAll(name: Package, setting: Setting): Promise<Story[]> {
  const programs: Program<never>[] = [...SAME, ...MENDED]
  const stories: Story[] = []
  const next = async (): Promise<void> => {
    for (let program; (program = programs.shift());) {
      stories.push(await tell(program, LIBRARIES[name], setting, name === 'original'))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, next))
  return stories
}
