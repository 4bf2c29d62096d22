/** Facts about docs/guides/testing.md. */

import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import type { Place } from '../stage.ts'
import type { Fact, Facts } from './fact.ts'

const passesInVitest: Fact = {
  fact: 'passes in vitest',
  run: async (stage) => {
    const program = stage.test('stream.test.js', [path('node_modules/vitest/vitest.mjs'), 'run', '--root', '.'])
    await program.exits()
    expect(program.output).toMatch(/Tests +1 passed \(1\)/)
  },
}

const passesInNode = (on: Place[]): Fact => ({
  fact: "passes in Node's test runner",
  on,
  run: async (stage) => {
    const program = stage.test('stream.test.js', ['--test'])
    await program.exits()
    expect(program.output).toMatch(/^. pass 1\n. fail 0$/m)
  },
})

export const TESTING: Facts = {
  'With a real server': [passesInNode([{ runtime: 'node24' }])],
  'With msw': [passesInVitest],
  "With undici's MockAgent": [
    passesInNode([
      { runtime: 'node20', undici: 7 },
      { runtime: 'node24', undici: 8 },
      { runtime: 'node26', undici: 8 },
    ]),
  ],
  'With a stubbed fetch and fake timers': [passesInVitest],
}
