/** Elastic's APM agent. */

import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { streamEvents } from '../../dist/index.js'
import type { Client } from '../consumers/clients/client.ts'
import { numbered, serve } from '../consumers/clients/server.ts'
import { spanEndsWithStream, tracingTrials } from './spans.ts'
import { commonTrials } from './trials.ts'

interface Report {
  span?: { context: { http?: { url?: string } } }
  error?: { transaction_id?: string; exception: { type: string } }
  transaction?: { id: string }
}

/** All reports so far, which are lines of JSON. */
async function reported(): Promise<Report[]> {
  const { default: apm } = await import('elastic-apm-node')
  const { reports } = await import('./preload/collector.ts')
  await apm.flush()
  return reports.flatMap((report) => report.split('\n')).map((line) => JSON.parse(line || '{}') as Report)
}

async function within(run: () => Promise<void>): Promise<void> {
  const { default: apm } = await import('elastic-apm-node')
  const transaction = apm.startTransaction('job')
  await run()
  transaction.end()
}

const tracing = {
  headers: ['traceparent'],
  within,
  async count(origin: string) {
    return (await reported()).filter(({ span }) => span?.context.http?.url === `${origin}/`).length
  },
}

/** The number of errors that the agent reports for a stream that is closed. */
async function errorsOfClosing(): Promise<number> {
  await using server = await serve(numbered())
  const before = (await reported()).filter(({ error }) => error).length
  await within(async () => {
    for await (const _ of streamEvents(server.origin)) break
  })
  while ((await tracing.count(server.origin)) < 1) await wait(20)
  return (await reported()).filter(({ error }) => error).length - before
}

export const client: Client = {
  name: 'Elastic APM',
  packages: ['elastic-apm-node'],
  flags: ['--expose-gc', '--import', './preload/elastic.ts'],
  how: "apm.start({ serviceName: 'app' })",
  others: {},
  note: 'It reports each stream that you close as a handled `AbortError`, like any aborted `fetch`. Drop these with `apm.addErrorFilter`.',
  trials: [
    ...commonTrials(),
    ...tracingTrials(tracing),
    spanEndsWithStream(tracing),
    {
      name: 'closing is reported as an `AbortError`, unless a filter drops it',
      async run() {
        assert.equal(await errorsOfClosing(), 1)
        const { default: apm } = await import('elastic-apm-node')
        apm.addErrorFilter((payload) => (isAbort(payload) ? false : payload))
        assert.equal(await errorsOfClosing(), 0)
      },
    },
  ],
}

function isAbort(payload: Record<string, unknown>): boolean {
  return (payload.exception as { type?: string } | undefined)?.type === 'AbortError'
}
