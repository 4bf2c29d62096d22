/** A defective tool in a page makes a common trial fail. Not a row of docs/works-with.md. */

import assert from 'node:assert/strict'
import type { Client } from '../consumers/clients/client.ts'
import { commonPageTrials } from './page-trials.ts'

export const client: Client = {
  name: 'controls in Chromium',
  packages: [],
  runsIn: 'page',
  how: '',
  others: {},
  trials: [
    {
      name: 'a tool that keeps clones is found',
      async run(EventSource, implementation) {
        const trial = commonPageTrials('cloning').find(({ name }) => name === 'a stream is neither cloned nor kept')
        assert.ok(trial)
        await assert.rejects(trial.run(EventSource, implementation), /a response was cloned/)
      },
    },
  ],
}
