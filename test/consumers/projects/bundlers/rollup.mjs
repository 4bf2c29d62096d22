/** Rollup with the plugin that resolves packages. */

import nodeResolve from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import { rollup } from 'rollup'
import { entries } from './entries.mjs'

const warnings = []
const onLog = (_level, { message }) => warnings.push(message)

for (const [name, input] of Object.entries(entries)) {
  const bundle = await rollup({ input, plugins: [nodeResolve({ browser: true })], onLog })
  await bundle.write({ file: `dist/rollup/${name}.js`, plugins: [terser({ module: true })] })
}
// An unused import results in an empty chunk.
const unexpected = warnings.filter((message) => !message.includes('Generated an empty chunk'))
if (unexpected.length > 0) throw new Error(unexpected.join('\n'))
