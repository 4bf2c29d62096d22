/** A process that records all programs with one package: `node recorder.ts original|ours with|without <setting as JSON>`. */

import { recordAll, type Package } from './entry.ts'
import type { Setting } from './scenario.ts'

const [name, standIns, setting = ''] = process.argv.slice(2)

// The minimum that the original needs.
if (standIns === 'with') {
  Object.assign(globalThis, { window: globalThis, document: Object.assign(new EventTarget(), { hidden: false }) })
}
const recordings = await recordAll(name as Package, JSON.parse(setting) as Setting)
process.send?.(recordings, () => {
  // The original may have left connections open.
  process.exit()
})
