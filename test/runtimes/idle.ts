/** Ten minutes of silence in each server runtime with default settings: `npm run test:idle`. (Fact 26) */

import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import { Tally } from '../tally.ts'
import { missing, RUNTIMES } from './list.ts'
import { Script } from './script.ts'
import { StreamServer } from './stream-server.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const silence = Number(values.minutes) * 60_000
const tally = new Tally()

await Promise.all(
  Object.entries(RUNTIMES).map(async ([runtime, command]) => {
    const suite = tally.suite(`silence in ${runtime}`)
    const absent = missing(command)
    if (absent !== undefined) suite.missing(absent)
    else await suite.run(`an idle connection stays open for ${values.minutes} minutes`, () => waitInSilence(command))
    suite.end()
  }),
)
tally.end()

async function waitInSilence(command: string[]): Promise<void> {
  const server = await StreamServer.start((response) => {
    response.write('data: 1\n\n')
    setTimeout(() => response.write('data: 2\n\n'), silence)
  })
  const script = new Script(command, 'default-timeouts', [server.url, server.plainURL])
  try {
    await script.says('message: 2', silence + 30_000)
    assert.equal(server.requests, 1, 'the number of requests')
  } finally {
    script.kill()
    await server.stop()
  }
}
