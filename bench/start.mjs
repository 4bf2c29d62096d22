/** `npm run bench`: installs what is missing, then measures. */

import { installIfMissing, root } from '../test/install.mjs'

installIfMissing(root)
installIfMissing(`${root}bench`)
await import('./run.ts')
