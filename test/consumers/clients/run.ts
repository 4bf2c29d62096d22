/**
 * Tries client libraries of others with our class, and with the other implementations that they can use:
 * `npm run test:clients -- [--only rxjs]`. `npm run test:instrumented` tries tools that patch or wrap `fetch`. Run `npm run build`
 * first.
 */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { atOnce } from '../../at-once.ts'
import { path } from '../../conformance/bundle.ts'
import { run } from '../../package/check.ts'
import { Tally, type Suite } from '../../tally.ts'
import { missing, RUNTIMES } from '../../runtimes/list.ts'
import { closeBrowser, missingBrowser } from '../browser.ts'
import type { Client, Implementation } from './client.ts'
import { loadGroup, PACKAGES, type Group } from './list.ts'
import { PAGE, worksWith } from './page.ts'
import { closeProjects, programOf } from './project.ts'
import { attempt } from './trials.ts'

/** The number of cores on the slowest machine. */
const AT_ONCE = 2

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, group: { type: 'string' } } })
const tally = new Tally()
const group: Group = values.group === 'tools' || values.group === 'next' ? values.group : 'clients'
const folder = PACKAGES[group]

if (existsSync(path(`${folder}/node_modules`))) await tryAll()
else skip(`run \`npm ci\` in ${folder}`)
tally.end()

function skip(reason: string): void {
  const suite = tally.suite('clients')
  suite.missing(reason)
  suite.end()
}

async function tryAll(): Promise<void> {
  const clients = await loadGroup(group)
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
  await closeProjects()
  if (values.only || group !== 'clients') return
  const suite = tally.suite('clients: docs/works-with.md')
  await suite.run('the page is current', async () => {
    assert.equal(readFileSync(path(PAGE), 'utf8'), await worksWith(), 'run npm run docs:works-with')
  })
  suite.end()
}

async function tryClient(name: string, client: Client): Promise<void> {
  const suite = tally.suite(`clients: ${client.name}`)
  const others = Object.keys(client.others) as (keyof Client['others'])[]
  for (const implementation of ['everysource', ...others] as const) {
    const failing = implementation === 'everysource' ? [] : (client.others[implementation] ?? [])
    for (const { place, reason, outcomes } of attemptsOf(name, client, implementation)) {
      if (reason === undefined) await check(`with ${implementation}${place}`, outcomes, client, failing, suite)
      else suite.missing(reason)
    }
  }
  suite.end()
}

interface Outcome {
  name: string
  error?: string | undefined
}

interface Attempt {
  place: string
  /** Why it cannot run here, if so. */
  reason?: string | undefined
  outcomes: AsyncIterable<Outcome>
}

function attemptsOf(name: string, client: Client, implementation: Implementation): Attempt[] {
  const { runsIn, nodes = ['node24'] } = client
  if (runsIn === 'page') return [{ place: '', reason: missingBrowser(), outcomes: inPages(client, implementation) }]
  if (runsIn !== 'project' || implementation !== 'everysource') {
    return [{ place: '', outcomes: inProcess(name, client, implementation) }]
  }
  return nodes.map((node) => {
    const [binary = ''] = RUNTIMES[node] ?? []
    return { place: `, in ${node}`, reason: missing([binary]), outcomes: inProject(binary, name) }
  })
}

async function check(
  how: string,
  outcomes: AsyncIterable<Outcome>,
  { trials }: Client,
  failing: string[],
  suite: Suite,
): Promise<void> {
  const left = new Set(trials.map((trial) => trial.name))
  await suite.run(`${how}: all trials end`, async () => {
    for await (const { name, error } of outcomes) {
      left.delete(name)
      const fails = failing.includes(name)
      await suite.run(`${how}, ${fails ? 'it is not true that ' : ''}${name}`, () => {
        if (fails) assert.notEqual(error, undefined, 'it is true now')
        else assert.equal(error, undefined)
      })
    }
    assert.deepEqual([...left], [])
  })
}

async function* inProcess(
  name: string,
  { flags = [] }: Client,
  implementation: Implementation,
): AsyncGenerator<Outcome> {
  const native = implementation === 'native' ? ['--experimental-eventsource'] : []
  const program = path('test/consumers/clients/child.ts')
  yield* outcomesOf(process.execPath, [...native, ...flags, program, name, implementation])
}

async function* inProject(node: string, name: string): AsyncGenerator<Outcome> {
  yield* outcomesOf(node, [await programOf(name)])
}

async function* outcomesOf(node: string, args: string[]): AsyncGenerator<Outcome> {
  const output = await run(node, ['--no-warnings', ...args], path(folder))
  // Clients may log, too.
  for (const line of output.split('\n')) if (line.startsWith('{"name":')) yield JSON.parse(line) as Outcome
}

async function* inPages(client: Client, implementation: Implementation): AsyncGenerator<Outcome> {
  for (const trial of client.trials) {
    yield { name: trial.name, error: await attempt(() => trial.run(undefined as never, implementation)) }
  }
}
