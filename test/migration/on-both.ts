/** The same program on a source of another package and on one of ours. */

import { EventSource } from 'everysource'
import type { Difference, Source, SourceKit } from './story.ts'

type Sides<Library> = Pick<Difference<Library>, 'theirs' | 'ours' | 'expected'>

/** Runs a program on each, with as much to hear as is expected of it; `options` are the other's. */
type OnBoth<Library, Heard> = (
  run: (source: Source<Heard>, kit: SourceKit) => unknown,
  expected: { theirs: unknown[]; ours: unknown[] },
  options?: { theirs: object },
) => Sides<Library>

/** @param open makes a source of the other package's */
export function onBothWith<Library, Heard>(
  open: (library: Library, url: string, options?: object) => Source<Heard>,
): OnBoth<Library, Heard> {
  return (run, expected, options) => {
    const runOn = (
      source: Source<Heard>,
      count: number,
      { log, done }: Pick<SourceKit, 'log'> & { done: (source: Source<Heard>) => void },
    ): unknown =>
      run(source, {
        log,
        done: () => {
          done(source)
        },
        count,
      })
    return {
      theirs: ({ library, url, ...kit }) => {
        runOn(open(library, url, options?.theirs), expected.theirs.length, kit)
      },
      ours: ({ url, ...kit }) => {
        runOn(new EventSource(url), expected.ours.length, kit)
      },
      expected,
    }
  }
}
