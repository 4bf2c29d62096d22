/** A process that tells all stories on one package: `node teller.ts original|ours with|without <setting, as JSON>`. */

import { tellAll, type Package } from './entry.ts'
import type { Setting } from './story.ts'

const [name, standIns, setting = ''] = process.argv.slice(2)

// The least that the original can do with.
if (standIns === 'with') {
  Object.assign(globalThis, { window: globalThis, document: Object.assign(new EventTarget(), { hidden: false }) })
}
const stories = await tellAll(name as Package, JSON.parse(setting) as Setting)
process.send?.(stories, () => {
  // The original may have left something open.
  process.exit()
})
