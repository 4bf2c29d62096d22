/** Checks what the docs say about `eventsource` and undici against the suite: `npm run test:peers`. */

import assert from 'node:assert/strict'
import { bundle } from '../conformance/bundle.ts'
import type { Result } from '../conformance/suite.ts'
import { startTestServer } from '../server/server.ts'
import { Tally } from '../tally.ts'
import { Script } from './script.ts'
import { StreamServer } from './stream-server.ts'
import { runSuiteIn } from './suite-process.ts'

interface Peer {
  module: string
  /** The beginnings of the names of tests that it fails. */
  fails: string[]
}

const PEERS: Record<string, Peer> = {
  'eventsource 5.1.5': {
    module: import.meta.resolve('eventsource'),
    fails: [
      'fact 18: a retry above 2^31-1 ms does not overflow the timer',
      'fact 20: awaiting one message at a time',
      'fact 20: all pending microtasks run',
      'fact 22: replacing a handler keeps its position',
      'case "two BOMs"',
    ],
  },
  "undici 8.12.4's EventSource": {
    module: import.meta.resolve('undici'),
    fails: [
      'fact 15: messages are MessageEvents',
      'fact 18: retry takes effect at the end of its line',
      'fact 20: awaiting one message at a time',
      'fact 20: close() in a listener stops further messages',
      'fact 23: close() right after construction',
      'case "empty type overwrites"',
    ],
  },
}

/** The time limit of a fact, in ms. Most of these wait for a message that never arrives. */
const FACT_LIMIT = 30_000

const tally = new Tally()
const { origins, close } = await startTestServer()
const entry = await bundle('test/runtimes/entry.ts', 'runtimes.mjs')

await Promise.all(Object.entries(PEERS).map(([name, peer]) => check(name, peer)))
await close()
tally.end()

async function check(name: string, { module, fails }: Peer): Promise<void> {
  const suite = tally.suite(`claims about ${name}`)
  const results: Result[] = []
  const settings = {
    runtime: 'peer',
    module,
    ours: false,
    base: undefined,
    origins,
    seed: 1,
    concurrency: 24,
    factLimit: FACT_LIMIT,
    filter: fails,
  }
  await runSuiteIn([process.execPath, '--no-warnings'], entry, settings, (result) => {
    results.push(result)
  })
  for (const claim of fails) {
    await suite.run(`it fails "${claim}"`, () => {
      const failed = results.some(({ name, outcome }) => name.startsWith(claim) && outcome === 'failed')
      assert.ok(failed, 'the test passes now: remove the claim from docs/background/why.md')
    })
  }
  await suite.run('an otherwise idle process exits while the source waits to reconnect', () =>
    exitsWhileWaiting(module),
  )
  suite.end()
}

async function exitsWhileWaiting(module: string): Promise<void> {
  const server = await StreamServer.start((response) => response.end('retry: 3000\n\n'))
  const script = new Script([process.execPath], 'peer', [server.url, module])
  try {
    await script.exits()
    assert.equal(server.requests, 1)
  } finally {
    script.kill()
    await server.stop()
  }
}
