/** Runs the same program with a source of another package and with ours. */

import { EventSource } from 'everysource'
import type { Difference, Source, SourceKit } from './scenario.ts'

type Sides<Library> = Pick<Difference<Library>, 'theirs' | 'ours' | 'expected'>

/** Runs a program with each package. `options` are for the other package. */
type OnBoth<Library, Received> = (
  run: (source: Source<Received>, kit: SourceKit) => unknown,
  expected: { theirs: unknown[]; ours: unknown[] },
  options?: { theirs: object },
) => Sides<Library>

/** @param open creates a source of the other package */
export function onBothWith<Library, Received>(
  open: (library: Library, url: string, options?: object) => Source<Received>,
): OnBoth<Library, Received> {
  return (run, expected, options) => {
    const runOn = (
      source: Source<Received>,
      count: number,
      { log, done }: Pick<SourceKit, 'log'> & { done: (source: Source<Received>) => void },
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
