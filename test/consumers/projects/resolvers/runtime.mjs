/** Prints the file to which a runtime resolves each entry: `runtime.mjs import` or `runtime.mjs require`. */

import { createRequire } from 'node:module'
import { relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const ENTRIES = [
  'everysource',
  'everysource/fetch-event-source',
  'everysource/shared',
  'everysource/polyfill',
  'everysource/polyfill/force',
]

const require = createRequire(import.meta.url)
const root = require.resolve('everysource/package.json').replace('package.json', '')
const files = ENTRIES.map((name) =>
  process.argv[2] === 'import' ? fileURLToPath(import.meta.resolve(name)) : require.resolve(name),
)
console.log(JSON.stringify(files.map((file) => relative(root, file))))
