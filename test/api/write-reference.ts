/** Writes docs/reference/api: `npm run docs:reference`. */

import { makeReference, writeReference } from './reference.ts'

const { pages, complaints } = await makeReference()
if (complaints.length > 0) {
  console.error(complaints.join('\n'))
  process.exitCode = 1
}
writeReference(pages)
