/** Where the unit tests are. */

import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Those that start processes, browsers and builds take the longest: first, so that none of them is left alone at the end. */
const LONG = ['demo/pages', 'docs/docs', 'release/release', 'demo/start', 'demo/bootstrap', 'unit/undici']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
      return place < 0 ? LONG.length : place
    }
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    // Node runs the sources as they are. Vite's transformation (8) puts what a class extends into a constant before the
    // function around the class, and a function that is called above its place finds that constant uninitialized.
    server: { deps: { external: [/\/src\/.*\.ts$/] } },
    // What they mostly do is wait: more at once than there are cores.
    maxWorkers: 3,
    // They start in half the time that processes take.
    pool: 'threads',
    sequence: { sequencer: LongestFirst },
    // Each test waits for conditions; these only say when to stop waiting, on a machine that has other things to do.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
