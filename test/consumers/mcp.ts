/** The Model Context Protocol's SDK, installed with ours in the place of the package `eventsource` that it asks for. */

import assert from 'node:assert/strict'
import { run } from '../package/check.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import type { Tally } from '../tally.ts'
import { installOverridden, TOOLS, type Workspace } from './workspace.ts'

const NODES = ['node20', 'node24']

const FOUND = {
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
  await suite.run('an override of npm puts it in the place of `eventsource`', async () => {
    await installOverridden(project, workspace)
  })
  await suite.run("the SDK's declarations take the options of ours", async () => {
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
      `in ${name}, SSEClientTransport lists and calls tools, comes back, closes, and is authorized`,
      async () => {
        assert.deepEqual(JSON.parse(await run(node, ['main.mjs'], project)), FOUND)
      },
    )
    await suite.run(`in ${name}, so does the SDK's CommonJS build call a tool`, async () => {
      assert.equal(await run(node, ['required.cjs'], project), '4\n')
    })
  }
  suite.end()
}
