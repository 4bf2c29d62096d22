/**
 * Tests the package as users have it: packed, installed, and run in the tools they use. `node test/consumers/run.ts [--only
 * jest]`. Run `npm run build` first.
 */

import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Tally } from '../tally.ts'
import { closeBrowser } from './browser.ts'
import { checkBundlers } from './bundlers.ts'
import { checkDenoAndBun } from './deno-bun.ts'
import { checkInstallers } from './installers.ts'
import { checkJest } from './jest.ts'
import { checkNodes } from './nodes.ts'
import { checkOverrides } from './overrides.ts'
import { checkPages } from './pages.ts'
import { checkReact } from './react.ts'
import { checkMetro, checkResolvers } from './resolvers.ts'
import { checkTypes } from './types.ts'
import { openWorkspace, TOOLS, type Workspace } from './workspace.ts'

/** Names and checks, the slowest first. */
const CONSUMERS: [string, (tally: Tally, workspace: Workspace) => Promise<void>][] = [
  ['metro', checkMetro],
  ['types', checkTypes],
  ['bundlers', checkBundlers],
  ['overrides', checkOverrides],
  ['jest', checkJest],
  ['deno-bun', checkDenoAndBun],
  ['resolvers', checkResolvers],
  ['installers', checkInstallers],
  ['node', checkNodes],
  ['react', checkReact],
  ['pages', checkPages],
]
/** The number of cores on the slowest machine. */
const AT_ONCE = 2

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
const tally = new Tally()
const chosen = CONSUMERS.filter(([name]) => values.only?.includes(name) ?? true)

if (existsSync(TOOLS)) await checkAll()
else tally.suite('consumers').missing('run `npm ci` in test/consumers')
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
