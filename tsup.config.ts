/** How src becomes dist: ESM, CommonJS and a script. */

import { existsSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineConfig, type Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

const NOTICE =
  '/*! everysource, MIT. Contains eventsource-parser, MIT, (c) Espen Hovlandsdal: see THIRD-PARTY-LICENSES.txt */'

/**
 * Entries share the index instead of each holding a copy: `instanceof` must hold between them.
 *
 * @param folder where it lies from a file that is at another place than its source
 */
function shareIndex(extension: '.js' | '.cjs', folder?: './'): Plugin {
  return {
    name: 'share-index',
    setup(build) {
      build.onResolve({ filter: /^\.\.?\/index\.ts$/ }, ({ path }) => ({
        path: folder ? `${folder}index${extension}` : path.replace(/\.ts$/, extension),
        external: true,
      }))
    },
  }
}

/** A module `x.browser.ts` takes the place of `x.ts` in builds for browsers: all there is to choose a platform by. */
const browserModules: Plugin = {
  name: 'browser-modules',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const twin = join(resolveDir, path.replace(/\.ts$/, '.browser.ts'))
      return existsSync(twin) ? { path: twin } : undefined
    })
  },
}

const entry = {
  index: 'src/index.ts',
  'fetch-event-source': 'src/fetch-event-source.ts',
  polyfill: 'src/polyfill.ts',
  'polyfill/force': 'src/polyfill/force.ts',
}
const common: Options = { target: 'es2022', platform: 'neutral', sourcemap: true, clean: false }

export default defineConfig([
  {
    ...common,
    entry,
    format: 'esm',
    dts: true,
    splitting: false,
    esbuildPlugins: [shareIndex('.js')],
  },
  {
    ...common,
    entry,
    format: 'cjs',
    // Names the exports in a way that Node finds: for those who import the CommonJS files by name.
    platform: 'node',
    dts: true,
    noExternal: ['eventsource-parser'],
    banner: { js: NOTICE },
    esbuildPlugins: [shareIndex('.cjs')],
  },
  {
    ...common,
    entry: { everysource: 'src/index.ts' },
    format: 'iife',
    globalName: 'everysource',
    outExtension: () => ({ js: '.min.js' }),
    minify: true,
    noExternal: ['eventsource-parser'],
    esbuildPlugins: [browserModules],
    banner: { js: NOTICE },
    onSuccess: async () => {
      await copyFile('node_modules/eventsource-parser/LICENSE', 'dist/THIRD-PARTY-LICENSES.txt')
    },
  },
  {
    ...common,
    // The command.
    entry: { cli: 'src/cli/main.ts' },
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    splitting: false,
    esbuildPlugins: [shareIndex('.js', './')],
  },
  {
    // The page of `everysource inspect` and `npm start`.
    ...common,
    platform: 'browser',
    entry: { 'inspector/inspector': 'src/inspector/page/main.ts' },
    format: 'esm',
    minify: true,
    sourcemap: false,
    noExternal: ['eventsource-parser'],
    esbuildPlugins: [browserModules],
    banner: { js: NOTICE },
    onSuccess: async () => {
      for (const name of ['index.html', 'inspector.css']) {
        await copyFile(`src/inspector/page/${name}`, `dist/inspector/${name}`)
      }
    },
  },
])
