/** Checks the package as published. Run `npm run build` first. */

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
// Message channels of the browser build keep a Node process alive.
process.exit()
