/** Defective wrappers of `fetch`: each makes one of the common trials fail. Not a row of docs/works-with.md. */

import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { FetchLike } from '../../dist/index.js'
import type { Client } from '../consumers/clients/client.ts'
import { commonTrials, type CommonName } from './trials.ts'

/** How long a trial that waits forever is watched, in ms. */
const WATCHED = 2_000

const kept: unknown[] = []

const DEFECTS: [what: string, fails: CommonName, fetch: FetchLike][] = [
  [
    'waits for the whole body',
    'messages arrive one by one',
    async (...args) => {
      const response = await fetch(...args)
      return new Response(await response.arrayBuffer(), response)
    },
  ],
  [
    'clones responses',
    'a stream is neither cloned nor kept',
    async (...args) => {
      const response = await fetch(...args)
      kept.push(response.clone())
      return response
    },
  ],
  [
    'keeps responses',
    'a closed response is released',
    async (...args) => {
      const response = await fetch(...args)
      kept.push(response)
      return response
    },
  ],
  ['ignores the signal', 'closing frees the server', (url, init) => fetch(url, { ...init, signal: null })],
  ['replaces the headers', 'a dropped connection resumes', (url, init) => fetch(url, { ...init, headers: {} })],
  [
    'throws its own errors',
    'errors are of the class `ConnectionError`',
    async (...args) => {
      const response = await fetch(...args)
      if (!response.ok) throw new Error('refused')
      return response
    },
  ],
]

export const client: Client = {
  name: 'controls',
  packages: [],
  flags: ['--expose-gc'],
  how: '',
  others: {},
  trials: [
    // Without a tool.
    ...commonTrials(),
    ...DEFECTS.map(([what, fails, fetch]) => ({
      name: `a fetch that ${what} is found`,
      async run(EventSource: Parameters<Client['trials'][0]['run']>[0]) {
        const trial = commonTrials(() => ({ fetch })).find(({ name }) => name === fails)
        assert.ok(trial)
        const end = trial.run(EventSource, 'everysource').then(
          () => 'passes',
          () => 'fails',
        )
        const late = wait(WATCHED, 'waits', { ref: false })
        assert.notEqual(await Promise.race([end, late]), 'passes')
      },
    })),
  ],
}
