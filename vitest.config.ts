/**
 * Two test projects: `unit` runs modules in this process and takes seconds; `programs` starts processes, browsers and builds and
 * takes minutes.
 */

import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The slowest tests start first, so that no slow test runs alone at the end. */
const LONG = ['demo/pages', 'docs/docs', 'release/release', 'demo/start', 'demo/bootstrap', 'with/undici']

/** `test/unit`, and tests elsewhere that start no process. */
const UNIT = [
  'test/unit/**/*.test.ts',
  'test/{conformance,drop-in,prose}/*.test.ts',
  'test/docs/{handlers,links,readme,reference}.test.ts',
  'test/demo/terminal.test.ts',
  'test/wpt/{judge,manifest,server}.test.ts',
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
    // Node must load the sources untransformed. Vite 8 hoists the base class of a class expression into a constant before the
    // enclosing function; a function called above that line finds it uninitialized.
    server: { deps: { external: [/\/src\/.*\.ts$/] } },
    // More workers than cores, because tests mostly wait.
    maxWorkers: 3,
    // Threads start faster, but on CPUs with memory protection keys Node 24 sometimes aborts with "Check failed:
    // jit_page.has_value()" when several of them compile WebAssembly, as undici's HTTP parser does.
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    // Tests wait for conditions. These limits only stop a hanging test, so they leave room for a busy machine.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
})
