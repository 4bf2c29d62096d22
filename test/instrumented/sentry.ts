/** Sentry's SDK for Node. */

import type { Client } from '../consumers/clients/client.ts'
import { spanEndsWithStream, tracingTrials } from './spans.ts'
import { commonTrials } from './trials.ts'

const tracing = {
  headers: ['sentry-trace', 'baggage'],
  async within(run: () => Promise<void>) {
    const { startSpan } = await import('@sentry/node')
    await startSpan({ name: 'job' }, run)
  },
  async count(origin: string) {
    const { flush } = await import('@sentry/node')
    const { reports } = await import('./preload/collector.ts')
    await flush()
    return reports.flatMap(spansIn).filter(({ attributes }) => attributes['url.full']?.value === `${origin}/`).length
  },
}

interface Span {
  attributes: Record<string, { value: unknown } | undefined>
}

/** The client's spans in an envelope, which is lines of JSON. */
function spansIn(envelope: string): Span[] {
  return envelope
    .split('\n')
    .flatMap((line) => (JSON.parse(line || '{}') as { items?: Span[] }).items ?? [])
    .filter(({ attributes }) => attributes['sentry.op']?.value === 'http.client')
}

export const client: Client = {
  name: 'Sentry, in Node',
  packages: ['@sentry/node'],
  flags: ['--expose-gc', '--import', './preload/sentry.ts'],
  how: 'Sentry.init({ dsn, tracesSampleRate: 1 })',
  others: {},
  trials: [...commonTrials(), ...tracingTrials(tracing), spanEndsWithStream(tracing)],
}
