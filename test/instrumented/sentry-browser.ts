/** Sentry's SDK for browsers. */

import assert from 'node:assert/strict'
import type { Client } from '../consumers/clients/client.ts'
import { numbered } from '../consumers/clients/server.ts'
import { commonPageTrials, dropInPage, cloneTrial, inPage, streamRequests } from './page-trials.ts'

export const client: Client = {
  name: 'Sentry, in Chromium',
  packages: ['@sentry/browser'],
  runsIn: 'page',
  how: 'Sentry.init({ dsn, integrations: [Sentry.browserTracingIntegration()], tracesSampleRate: 1 })',
  others: {},
  note: 'Do not add `fetchStreamPerformanceIntegration()`, which reads a clone of each stream.',
  trials: [
    ...commonPageTrials('sentry'),
    {
      name: 'each request has `sentry-trace`, `baggage` once, also a reconnection',
      run: () =>
        inPage('sentry', numbered(2), async (tried) => {
          await dropInPage(tried)
          for (const { headersDistinct } of streamRequests(tried.server)) {
            assert.equal(headersDistinct['sentry-trace']?.length, 1)
            assert.equal(headersDistinct.baggage?.length, 1)
          }
        }),
    },
    cloneTrial('sentry#stream-performance', 'with `fetchStreamPerformanceIntegration()`, it clones each stream'),
  ],
}
