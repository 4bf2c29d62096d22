/** Prints the file to which each resolver resolves each entry, for import and require. */

import { createRequire } from 'node:module'
import { relative } from 'node:path'
import nodeResolve from '@rollup/plugin-node-resolve'
import enhancedResolve from 'enhanced-resolve'
import { build } from 'esbuild'
import resolve from 'resolve'
import { rollup } from 'rollup'
import * as vite from 'vite'
import webpack from 'webpack'

const ENTRIES = [
  'everysource',
  'everysource/fetch-event-source',
  'everysource/shared',
  'everysource/polyfill',
  'everysource/polyfill/force',
]

const folder = import.meta.dirname
const require = createRequire(import.meta.url)
const root = require.resolve('everysource/package.json').replace('package.json', '')

const found = {
  node: {
    import: await each((name) => import.meta.resolve(name).replace('file://', '')),
    require: await each((name) => require.resolve(name)),
  },
  'esbuild, platform browser': await byEsbuild({ platform: 'browser' }),
  'esbuild, platform node': await byEsbuild({ platform: 'node' }),
  'esbuild, platform neutral': await byEsbuild({ platform: 'neutral' }),
  // cloudflare/workers-sdk, packages/wrangler/src/deployment-bundle/bundle.ts: getBuildConditions(), plus esbuild's platform.
  wrangler: await byEsbuild({ platform: 'browser', conditions: ['workerd', 'worker', 'browser'] }),
  'webpack, target web': await byWebpack({ target: 'web' }),
  'webpack, target webworker': await byWebpack({ target: 'webworker' }),
  'webpack, target node': await byWebpack({ target: 'node' }),
  'webpack, target electron-renderer': await byWebpack({ target: 'electron-renderer' }),
  // vercel/next.js, packages/next/src/build/webpack-config-rules/resolve.ts: edgeConditionNames, `worker` or `workerd` by
  // version.
  'Next, edge': await byWebpack({
    target: ['web', 'es6'],
    resolve: { conditionNames: ['edge-light', 'worker', '...'] },
  }),
  'Next, edge with workerd': await byWebpack({
    target: ['web', 'es6'],
    resolve: { conditionNames: ['edge-light', 'workerd', '...'] },
  }),
  'Rollup for browsers': { import: await byRollup({ browser: true }) },
  Rollup: { import: await byRollup({}) },
  'Vite, client': { import: await byVite({}) },
  'Vite, SSR': { import: await byVite({ build: { ssr: true }, ssr: { noExternal: true } }) },
  'Vite, SSR in a worker': {
    import: await byVite({ build: { ssr: true }, ssr: { noExternal: true, target: 'webworker' } }),
  },
  // Neither supports `exports`.
  resolve: { require: await each((name) => resolve.sync(name, { basedir: folder })) },
  'webpack 4': { import: await byWebpack4() },
}
console.log(JSON.stringify(found))

/** @param {(name: string) => string | Promise<string>} find */
async function each(find) {
  const files = await Promise.all(ENTRIES.map(find))
  return files.map((file) => relative(root, file))
}

async function byEsbuild(options) {
  const files = {}
  const plugin = {
    name: 'resolve',
    setup(building) {
      building.onStart(async () => {
        for (const [how, kind] of [
          ['import', 'import-statement'],
          ['require', 'require-call'],
        ]) {
          files[how] = await each(async (name) => (await building.resolve(name, { kind, resolveDir: folder })).path)
        }
      })
    },
  }
  await build({ ...options, stdin: { contents: '' }, bundle: true, write: false, plugins: [plugin], logLevel: 'error' })
  return files
}

async function byWebpack(options) {
  const { resolverFactory } = webpack({ ...options, mode: 'production', context: folder, entry: './resolve.mjs' })
  const files = {}
  for (const [how, dependencyType] of [
    ['import', 'esm'],
    ['require', 'commonjs'],
  ]) {
    const resolver = resolverFactory.get('normal', { dependencyType })
    files[how] = await each(
      (name) =>
        new Promise((done, fail) => {
          resolver.resolve({}, folder, name, {}, (error, file) => (error ? fail(error) : done(file)))
        }),
    )
  }
  return files
}

async function byRollup(options) {
  let files
  const plugin = {
    name: 'resolve',
    async buildStart() {
      files = await each(async (name) => (await this.resolve(name, `${folder}/resolve.mjs`)).id)
    },
  }
  await rollup({ input: `${folder}/empty.mjs`, plugins: [plugin, nodeResolve(options)], onLog: () => {} })
  return files
}

async function byVite(options) {
  let files
  const plugin = {
    name: 'resolve',
    async buildStart() {
      files = await each(async (name) => (await this.resolve(name, `${folder}/resolve.mjs`)).id)
    },
  }
  await vite.build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    ...options,
    build: { write: false, rollupOptions: { input: `${folder}/empty.mjs` }, ...options.build },
    plugins: [plugin],
  })
  return files
}

/** webpack 4 reads only these fields. */
async function byWebpack4() {
  const resolver = enhancedResolve.create({ mainFields: ['browser', 'module', 'main'], exportsFields: [] })
  return each(
    (name) =>
      new Promise((done, fail) => {
        resolver({}, folder, name, {}, (error, file) => (error ? fail(error) : done(file)))
      }),
  )
}
