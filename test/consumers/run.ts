/**
 * The package as its users have it: packed, installed, and run for real in what they use.
 * `node test/consumers/run.ts [--only jest]`. `npm run build` comes before it.
 */

import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Tally } from '../tally.ts'
import { closeBrowser } from './browser.ts'
import { checkBundlers } from './bundlers.ts'
import { checkDenoAndBun } from './deno-bun.ts'
import { checkInstallers } from './installers.ts'
import { checkJest } from './jest.ts'
import { checkMcp } from './mcp.ts'
import { checkNodes } from './nodes.ts'
import { checkPages } from './pages.ts'
import { checkReact } from './react.ts'
import { checkMetro, checkResolvers } from './resolvers.ts'
import { checkSignalR } from './signalr.ts'
import { checkTypes } from './types.ts'
import { openWorkspace, TOOLS, type Workspace } from './workspace.ts'

/** Names and what they check, those that take longest first. */
const CONSUMERS: [string, (tally: Tally, workspace: Workspace) => Promise<void>][] = [
  ['metro', checkMetro],
  ['types', checkTypes],
  ['bundlers', checkBundlers],
  ['mcp', checkMcp],
  ['jest', checkJest],
  ['deno-bun', checkDenoAndBun],
  ['resolvers', checkResolvers],
  ['installers', checkInstallers],
  ['node', checkNodes],
  ['react', checkReact],
  ['signalr', checkSignalR],
  ['pages', checkPages],
]
/** As many as the slowest machine has cores. */
const AT_ONCE = 2

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
const tally = new Tally()
const chosen = CONSUMERS.filter(([name]) => values.only?.includes(name) ?? true)

if (existsSync(TOOLS)) await checkAll()
else tally.suite('consumers').missing('`npm ci` in test/consumers brings what they need')
tally.end()

async function checkAll(): Promise<void> {
  const workspace = await openWorkspace()
  const queue = [...chosen]
  try {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let next = queue.shift(); next; next = queue.shift()) await next[1](tally, workspace)
      }),
    )
  } finally {
    await closeBrowser()
    await workspace.close()
  }
}
