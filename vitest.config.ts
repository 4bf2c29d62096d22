/** Where the unit tests are. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    // Node runs the sources as they are. Vite's transformation (8) puts what a class extends into a constant before the
    // function around the class, and a function that is called above its place finds that constant uninitialized.
    server: { deps: { external: [/\/src\/.*\.ts$/] } },
    // What they mostly do is wait: more at once than there are cores.
    maxWorkers: 3,
    // Each test waits for conditions; these only say when to stop waiting, on a machine that has other things to do.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
