/** webpack in production mode. */

import webpack from 'webpack'
import { entries } from './entries.mjs'

const context = new URL('.', import.meta.url).pathname
const mode = 'production'
const compiler = webpack([
  {
    context,
    mode,
    target: 'web',
    entry: entries,
    output: { path: `${context}dist/webpack`, filename: '[name].js' },
    performance: false,
  },
  {
    context,
    mode,
    target: 'node',
    entry: { webpack: './node.cjs' },
    output: { path: `${context}dist/node`, filename: '[name].cjs' },
  },
])
const stats = await new Promise((resolve, reject) => {
  compiler.run((error, done) => (error ? reject(error) : resolve(done)))
})
if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString({ preset: 'errors-warnings' }))
