/** Runs the trials of a client with an implementation: `child.ts rxjs everysource`. */

import { IMPLEMENTATIONS, type EventSourceClass } from './client.ts'
import { loadClient } from './list.ts'
import { runTrials } from './trials.ts'

const [name = '', given = ''] = process.argv.slice(2)
const client = await loadClient(name)
const implementation = IMPLEMENTATIONS.find((it) => it === given) ?? 'everysource'
await runTrials(client, implementation, await load())

async function load(): Promise<EventSourceClass> {
  if (implementation === 'native') return globalThis.EventSource as unknown as EventSourceClass
  const specifier = implementation === 'everysource' ? '../../../dist/index.js' : 'eventsource'
  const module = (await import(specifier)) as { EventSource: EventSourceClass }
  return module.EventSource
}
