/** OpenTelemetry's instrumentation of `fetch` in Node. */

import assert from 'node:assert/strict'
import type { Client } from '../consumers/clients/client.ts'
import { numbered, serve } from '../consumers/clients/server.ts'
import { spanEndsWithStream, tracingTrials } from './spans.ts'
import { commonTrials, dropOnce } from './trials.ts'

const ERROR = 2

/** The statuses of the spans that have ended. */
async function statuses(origin: string): Promise<number[]> {
  const { exporter } = await import('./preload/opentelemetry.ts')
  const spans = exporter.getFinishedSpans().filter(({ attributes }) => attributes['url.full'] === `${origin}/`)
  return spans.map(({ status }) => status.code)
}

const tracing = {
  headers: ['traceparent'],
  count: async (origin: string) => (await statuses(origin)).length,
}

export const client: Client = {
  name: 'OpenTelemetry, in Node',
  packages: ['@opentelemetry/instrumentation-undici'],
  flags: ['--expose-gc', '--import', './preload/opentelemetry.ts'],
  how: 'registerInstrumentations({ instrumentations: [new UndiciInstrumentation()] })',
  others: {},
  trials: [
    ...commonTrials(),
    ...tracingTrials(tracing),
    spanEndsWithStream(tracing),
    {
      name: 'the span of a dropped connection has failed, that of a closed one has not',
      async run() {
        await using server = await serve(numbered(2))
        await dropOnce(server)
        await server.until(({ open }) => open.size === 0, 'the loop has closed its stream')
        assert.deepEqual(
          (await statuses(server.origin)).map((code) => code === ERROR),
          [true, false],
        )
      },
    },
  ],
}
