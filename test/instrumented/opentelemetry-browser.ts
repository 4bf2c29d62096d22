/** OpenTelemetry's instrumentation of `fetch` in browsers. */

import assert from 'node:assert/strict'
import type { Client } from '../consumers/clients/client.ts'
import { numbered } from '../consumers/clients/server.ts'
import { commonPageTrials, dropInPage, cloneTrial, inPage, streamRequests } from './page-trials.ts'

export const client: Client = {
  name: 'OpenTelemetry, in Chromium',
  packages: ['@opentelemetry/instrumentation-fetch'],
  runsIn: 'page',
  how: 'registerInstrumentations({ instrumentations: [new FetchInstrumentation()] })',
  others: {},
  note: 'It reads a clone of each response until it ends. `new FetchInstrumentation({ ignoreUrls: [/stream/] })` leaves streams alone.',
  trials: [
    ...commonPageTrials('opentelemetry', ['a stream is neither cloned nor kept']),
    {
      name: 'each request has `traceparent` once, also a reconnection',
      run: () =>
        inPage('opentelemetry', numbered(2), async (tried) => {
          await dropInPage(tried)
          for (const { headersDistinct } of streamRequests(tried.server)) {
            assert.equal(headersDistinct.traceparent?.length, 1)
          }
        }),
    },
    cloneTrial('opentelemetry', 'it clones each stream'),
    ...commonPageTrials('opentelemetry#ignore-streams')
      .filter(({ name }) => name === 'a stream is neither cloned nor kept')
      .map((trial) => ({ ...trial, name: `with \`ignoreUrls\`, ${trial.name}` })),
  ],
}
