/** Datadog's tracer. */

import type { Client } from '../consumers/clients/client.ts'
import { tracingTrials } from './spans.ts'
import { commonTrials } from './trials.ts'

const tracing = {
  headers: ['traceparent', 'x-datadog-trace-id', 'x-datadog-parent-id'],
  async within(run: () => Promise<void>) {
    const { default: tracer } = await import('dd-trace')
    await tracer.trace('job', run)
  },
  /** Reports are MessagePack, whose texts are readable. */
  async count(origin: string) {
    const { reports } = await import('./preload/collector.ts')
    const spans = reports.flatMap((report) => report.split('trace_id'))
    return spans.filter((span) => span.includes('http.request') && span.includes(`${origin}/`)).length
  },
}

export const client: Client = {
  name: 'Datadog',
  packages: ['dd-trace'],
  flags: ['--expose-gc', '--import', './preload/dd-trace.ts', '--import', 'dd-trace/initialize.mjs'],
  how: 'node --import dd-trace/initialize.mjs',
  others: {},
  trials: [...commonTrials(), ...tracingTrials(tracing)],
}
