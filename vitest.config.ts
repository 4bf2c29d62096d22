/**
 * Two groups of tests: `unit` runs modules in this process, in seconds; `programs` starts processes, browsers and builds,
 * in minutes.
 */

import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The tests that take the longest. They start first, so that none of them runs alone at the end. */
const LONG = ['demo/pages', 'docs/docs', 'release/release', 'demo/start', 'demo/bootstrap', 'with/undici']

/** Besides `test/unit`, tests elsewhere that start no process. */
const UNIT = [
  'test/unit/**/*.test.ts',
  'test/{conformance,drop-in}/*.test.ts',
  'test/docs/{handlers,links,readme,reference}.test.ts',
  'test/demo/terminal.test.ts',
]

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
    projects: [
      { extends: true, test: { name: 'unit', include: UNIT } },
      {
        extends: true,
        test: { name: 'programs', include: ['test/**/*.test.ts'], exclude: ['**/node_modules/**', ...UNIT] },
      },
    ],
    exclude: ['**/node_modules/**'],
    // Node runs the sources untransformed. Vite 8 moves the base class of a class expression into a constant ahead of the
    // enclosing function, and a function called before that line finds the constant uninitialized.
    server: { deps: { external: [/\/src\/.*\.ts$/] } },
    // Tests mostly wait, so more of them run at once than there are cores.
    maxWorkers: 3,
    // Not threads, although they start faster: on CPUs with memory protection keys, Node 24 now and then aborts with "Check
    // failed: jit_page.has_value()" when several of them compile WebAssembly, as undici's HTTP parser does.
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    // Each test waits for conditions. These limits only end the wait, so they leave room for a busy machine.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
})
