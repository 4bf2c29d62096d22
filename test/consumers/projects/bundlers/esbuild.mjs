/** esbuild with options for browsers. */

import { build } from 'esbuild'
import { entries } from './entries.mjs'

const common = { bundle: true, minify: true, format: 'esm', target: 'es2022', logLevel: 'warning' }
await build({ ...common, entryPoints: entries, outdir: 'dist/esbuild' })
// For Node without node_modules, as on AWS Lambda.
await build({ ...common, entryPoints: ['node.cjs'], format: 'cjs', platform: 'node', outfile: 'dist/node/esbuild.cjs' })
