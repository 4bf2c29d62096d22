/**
 * `npm run test:cli` runs the command in pipes, on a terminal, in each Node version, and as npm installs it. Run
 * `npm run build` first.
 */

import { atOnce } from '../at-once.ts'
import { Tally } from '../tally.ts'
import { broken } from './broken-streams.ts'
import { startServer } from './test-server.ts'
import { documented } from './documented.ts'
import { installed } from './installed.ts'
import { interrupts } from './interrupts.ts'
import { nodes } from './nodes.ts'
import type { Part } from './part.ts'
import { output } from './output.ts'
import { pipes } from './pipes.ts'
import { requests } from './requests.ts'
import { terminal } from './on-terminal.ts'

/** The checks mostly wait, but starting a process takes a whole core. */
const CONCURRENCY = 4

const PARTS: Part[] = [installed, broken, terminal, interrupts, pipes, output, requests, nodes, documented]

const only = process.argv.slice(2).filter((word) => word !== '--only')
const tally = new Tally()
const server = await startServer()
const suites = PARTS.filter(({ name }) => only.length === 0 || only.includes(name)).map((part) => ({
  suite: tally.suite(`cli: ${part.name}`),
  part,
}))
const checks = suites.flatMap(({ suite, part }) => {
  const absent = part.missing?.()
  if (absent !== undefined) {
    suite.missing(absent)
    return []
  }
  return Object.entries(part.checks(server)).map(
    ([name, check]) =>
      () =>
        suite.run(name, check),
  )
})
await atOnce(CONCURRENCY, checks)
for (const { suite } of suites) suite.end()
server.close()
tally.end()
