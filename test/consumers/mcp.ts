/** The Model Context Protocol SDK with everysource as an override for its dependency `eventsource`. */

import assert from 'node:assert/strict'
import { run } from '../package/check.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import type { Tally } from '../tally.ts'
import { installOverridden, TOOLS, type Workspace } from './workspace.ts'

const NODES = ['node20', 'node24']

const EXPECTED = {
  name: 'EventSource',
  isOurs: true,
  tools: ['add'],
  sum: '3',
  logged: ['first', 'second', 'third'],
  token: 'Bearer of-init',
  lost: { name: 'SseError', code: null, message: true },
  closed: true,
  refused: 'SseError 401',
  authorized: 1,
  guardedTokens: ['Bearer stale', 'Bearer fresh'],
}

export async function checkMcp(tally: Tally, workspace: Workspace): Promise<void> {
  const suite = tally.suite('consumers: @modelcontextprotocol/sdk')
  const project = await workspace.project('mcp')
  await suite.run('an npm override replaces `eventsource`', async () => {
    await installOverridden(project, workspace)
  })
  await suite.run("the SDK's declarations accept the options of everysource", async () => {
    await run(process.execPath, [`${TOOLS}/ts60/bin/tsc`, '--pretty', 'false', '-p', project], project)
  })
  for (const name of NODES) {
    const [node = ''] = RUNTIMES[name] ?? []
    const reason = missing([node])
    if (reason !== undefined) {
      suite.missing(reason)
      continue
    }
    await suite.run(
      `in ${name}, SSEClientTransport lists and calls tools, reconnects, closes and authorizes`,
      async () => {
        assert.deepEqual(JSON.parse(await run(node, ['main.mjs'], project)), EXPECTED)
      },
    )
    await suite.run(`in ${name}, the SDK's CommonJS build calls a tool`, async () => {
      assert.equal(await run(node, ['required.cjs'], project), '4\n')
    })
  }
  suite.end()
}
