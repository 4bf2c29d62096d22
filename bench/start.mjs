/** Installs missing dependencies, then runs the benchmarks. */

import { installIfMissing, root } from '../test/install.mjs'

installIfMissing(root)
installIfMissing(`${root}bench`)
await import('./run.ts')
