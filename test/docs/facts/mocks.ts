/** Of testing with mocks. */

import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import type { Facts } from './fact.ts'

export const MOCKS: Facts = {
  'Testing your own code: With msw': [
    {
      fact: 'passes in vitest',
      run: async (stage) => {
        const program = stage.test('stream.test.js', [path('node_modules/vitest/vitest.mjs'), 'run', '--root', '.'])
        await program.exits()
        expect(program.output).toMatch(/Tests +1 passed \(1\)/)
      },
    },
  ],
  "Testing your own code: With undici's MockAgent": [
    {
      fact: "passes in Node's test runner",
      on: [
        { runtime: 'node20', undici: 7 },
        { runtime: 'node24', undici: 8 },
        { runtime: 'node26', undici: 8 },
      ],
      run: async (stage) => {
        const program = stage.test('stream.test.js', ['--test'])
        await program.exits()
        expect(program.output).toMatch(/^. pass 1\n. fail 0$/m)
      },
    },
  ],
}
