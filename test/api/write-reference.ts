/** Writes docs/reference/api: `npm run docs:reference`. */

import { generateReference, writeReference } from './reference.ts'

const { pages, warnings } = await generateReference()
if (warnings.length > 0) {
  console.error(warnings.join('\n'))
  process.exitCode = 1
}
writeReference(pages)
