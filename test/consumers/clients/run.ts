/**
 * Tries client libraries of others with our class, and with the other implementations that they can use:
 * `npm run test:clients -- [--only rxjs]`. Run `npm run build` first.
 */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { atOnce } from '../../at-once.ts'
import { path } from '../../conformance/bundle.ts'
import { run } from '../../package/check.ts'
import { Tally, type Suite } from '../../tally.ts'
import { closeBrowser, missingBrowser } from '../browser.ts'
import { TOOLS } from '../workspace.ts'
import type { Client, Implementation } from './client.ts'
import { loadClients } from './list.ts'
import { PAGE, worksWith } from './page.ts'

/** The number of cores on the slowest machine. */
const AT_ONCE = 2

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
const tally = new Tally()

if (existsSync(TOOLS)) await tryAll()
else tally.suite('clients').missing('run `npm ci` in test/consumers')
tally.end()

async function tryAll(): Promise<void> {
  const clients = await loadClients()
  const chosen = clients.filter(([name]) => values.only?.includes(name) ?? true)
  await atOnce(
    AT_ONCE,
    chosen.map(
      ([name, client]) =>
        () =>
          tryClient(name, client),
    ),
  )
  await closeBrowser()
  if (values.only) return
  const suite = tally.suite('clients: docs/works-with.md')
  await suite.run('the page is current', async () => {
    assert.equal(readFileSync(path(PAGE), 'utf8'), await worksWith(), 'run npm run docs:works-with')
  })
  suite.end()
}

async function tryClient(name: string, client: Client): Promise<void> {
  const suite = tally.suite(`clients: ${client.name}`)
  const reason = client.runsIn === 'page' ? missingBrowser() : undefined
  if (reason === undefined) {
    await tryWith('everysource', name, client, suite)
    const others = Object.keys(client.others) as (keyof Client['others'])[]
    for (const implementation of others) await tryWith(implementation, name, client, suite)
  } else suite.missing(reason)
  suite.end()
}

interface Outcome {
  name: string
  error?: string
}

async function tryWith(implementation: Implementation, name: string, client: Client, suite: Suite): Promise<void> {
  const expected = implementation === 'everysource' ? [] : (client.others[implementation] ?? [])
  const left = new Set(client.trials.map((trial) => trial.name))
  await suite.run(`with ${implementation}: all trials end`, async () => {
    const outcomes = client.runsIn === 'page' ? inPages(client, implementation) : inProcess(name, implementation)
    for await (const outcome of outcomes) {
      left.delete(outcome.name)
      const fails = expected.includes(outcome.name)
      await suite.run(`with ${implementation}, ${fails ? 'it is not true that ' : ''}${outcome.name}`, () => {
        if (fails) assert.notEqual(outcome.error, undefined, 'it is true now')
        else assert.equal(outcome.error, undefined)
      })
    }
    assert.deepEqual([...left], [])
  })
}

async function* inProcess(name: string, implementation: Implementation): AsyncGenerator<Outcome> {
  const flags = implementation === 'native' ? ['--experimental-eventsource'] : []
  const program = path('test/consumers/clients/child.ts')
  const output = await run(process.execPath, ['--no-warnings', ...flags, program, name, implementation])
  // Clients may log, too.
  for (const line of output.split('\n')) if (line.startsWith('{"name":')) yield JSON.parse(line) as Outcome
}

async function* inPages(client: Client, implementation: Implementation): AsyncGenerator<Outcome> {
  for (const trial of client.trials) {
    try {
      await trial.run(undefined as never, implementation)
      yield { name: trial.name }
    } catch (error) {
      yield { name: trial.name, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
  }
}
