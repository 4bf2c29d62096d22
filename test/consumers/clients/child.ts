/** Runs the trials of a client with an implementation in this process, and prints a line of JSON for each: `rxjs everysource`. */

import { IMPLEMENTATIONS, type Client, type EventSourceClass, type Trial } from './client.ts'

/** How long a trial may take, in ms, and one that is known to fail: with some implementations it only ever waits. */
const PATIENCE = 90_000
const FAILING = 3_000

const [name = '', given = ''] = process.argv.slice(2)
const { client } = (await import(`./${name}.ts`)) as { client: Client }
const implementation = IMPLEMENTATIONS.find((it) => it === given) ?? 'everysource'
const EventSource = await load()

for (const trial of client.trials) {
  const isFailing = implementation !== 'everysource' && client.others[implementation]?.includes(trial.name)
  const error = await attempt(trial, isFailing ? FAILING : PATIENCE)
  console.log(JSON.stringify({ name: trial.name, error }))
}
// Clients may keep timers.
process.exit()

async function load(): Promise<EventSourceClass> {
  if (implementation === 'native') return globalThis.EventSource as unknown as EventSourceClass
  const specifier = implementation === 'everysource' ? '../../../dist/index.js' : 'eventsource'
  const module = (await import(specifier)) as { EventSource: EventSourceClass }
  return module.EventSource
}

async function attempt(trial: Trial, patience: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(reject, patience, new Error(`It has not ended within ${patience} ms`))
    })
    await Promise.race([trial.run(EventSource, implementation), late])
    return undefined
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  } finally {
    clearTimeout(timer)
  }
}
