/** Checks the package as it is published. `npm run build` comes before it. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { checkBuilds } from './builds.ts'
import { end } from './check.ts'
import { checkContents, pack } from './contents.ts'
import { checkInstalled } from './installed.ts'
import { checkJSR } from './jsr.ts'
import { checkSupplyChain } from './supply-chain.ts'
import { checkWorkflows } from './workflows.ts'

const folder = await mkdtemp(`${tmpdir()}/everysource-`)
try {
  const packed = await pack(folder)
  await checkContents(packed)
  await checkBuilds()
  await checkInstalled(packed.tarball, folder)
  await checkJSR(folder)
  await checkSupplyChain()
  await checkWorkflows()
} finally {
  await rm(folder, { recursive: true, force: true })
}
end()
// In Node, the message channels of the browser build keep the process alive.
process.exit()
