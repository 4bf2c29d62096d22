/** The command in each supported Node version. */

import assert from 'node:assert/strict'
import { missing, RUNTIMES, versionOf } from '../runtimes/list.ts'
import { CLI, Command } from './command.ts'
import type { Part } from './part.ts'

const NODES = ['node20', 'node22', 'node26']

export const nodes: Part = {
  name: 'nodes',
  missing: () => NODES.map((node) => missing(RUNTIMES[node] ?? [])).find((absent) => absent !== undefined),
  checks: ({ origin, add }) =>
    Object.fromEntries(
      NODES.map((node) => [
        `${versionOf(node)} follows, reconnects, fails, and stops on Ctrl-C`,
        async () => {
          const start = (...args: string[]): Command => new Command([...(RUNTIMES[node] ?? []), CLI, ...args])
          const url = add(`/drops-${node}`, (response, _, nth) => {
            response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(`retry: 100\nid: ${nth}\ndata: x\n\n`)
          })
          const outcome = await start(url, '--max', '2', '--reconnect').exits()
          assert.deepEqual(outcome, { code: 0, output: 'message #1: x\nmessage #2: x\n', errors: '' })

          const refused = await start(`${origin}/page`).exits()
          assert.equal(refused.code, 1)
          assert.match(refused.errors, /a web page \(“My shop”\)/)

          const interrupted = start(`${origin}/three`)
          await interrupted.prints('three\n')
          interrupted.child.kill('SIGINT')
          const { code, errors } = await interrupted.exits()
          assert.equal(code, 0)
          assert.match(errors, /--last-event-id=3\n$/)
        },
      ]),
    ),
}
