/**
 * Builds dist from src. The default build is for servers and for everything that is not a known browser: one file per entry, as
 * ESM and CommonJS. Importing one file takes Node 24 2.8 ms, and the same code as 50 separate modules 16 ms; `eventsource` takes
 * 3.1 ms. The browser build is for bundlers: separate modules, because `sideEffects` drops whole modules that an app doesn't
 * use.
 */

import { existsSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { minify } from 'terser'
import { defineConfig, type Options } from 'tsup'

type EsbuildPlugin = NonNullable<Options['esbuildPlugins']>[number]
type OutputPlugin = NonNullable<Options['plugins']>[number]

const LICENSE =
  'everysource, MIT. Contains eventsource-parser, MIT, (c) Espen Hovlandsdal: see THIRD-PARTY-LICENSES.txt'

/** A comment that minifiers keep, for files that are served unchanged. */
const banner = { js: `/*! ${LICENSE} */` }

/**
 * Makes entries import the index instead of bundling a copy, so that `instanceof` works across them.
 *
 * @param folder of the index, if it differs from the one in the source
 */
function shareIndex(extension: '.js' | '.cjs', folder?: './'): EsbuildPlugin {
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

/** The values that a module exports. */
async function exportsOf(file: string): Promise<string> {
  const { metafile } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    metafile: true,
    packages: 'external',
  })
  return Object.values(metafile.outputs)
    .flatMap(({ exports }) => exports)
    .join(', ')
}

/**
 * Makes `everysource/shared` use the code in the index instead of a copy: the index exports it as `__internals`. In a third file,
 * it would make importing the index 0.4 ms slower.
 */
function shareInternals(extension: '.js' | '.cjs'): EsbuildPlugin {
  return {
    name: 'share-internals',
    async setup(build) {
      const names = await exportsOf('src/shared/core.ts')
      const index = `./index${extension}`
      build.onLoad({ filter: /src.index\.ts$/ }, async ({ path }) => {
        const code = await readFile(path, 'utf8')
        const internals = `import { ${names} } from './shared/core.ts'\nexport const __internals = { ${names} }`
        return { contents: `${code}\n${internals}`, loader: 'ts' }
      })
      build.onResolve({ filter: /^\.\/core\.ts$/ }, ({ path }) => ({ path, namespace: 'internals' }))
      build.onResolve({ filter: /./, namespace: 'internals' }, ({ path }) => ({ path, external: true }))
      build.onLoad({ filter: /./, namespace: 'internals' }, () => ({
        contents: `import { __internals } from '${index}'\nexport const { ${names} } = __internals`,
      }))
    },
  }
}

/** In browser builds, `x.browser.ts` replaces `x.ts`. Nothing else depends on the platform. */
export const browserModules: EsbuildPlugin = {
  name: 'browser-modules',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const twin = join(resolveDir, path.replace(/\.ts$/, '.browser.ts'))
      return existsSync(twin) ? { path: twin } : undefined
    })
  },
}

/** Keeps each module in a separate file. */
const separateModules: EsbuildPlugin = {
  name: 'separate-modules',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/\.ts$/, '.js'), external: true },
    )
  },
}

/**
 * Adds the license to each file that contains the parser, which esbuild's comments reveal. An app's minifier may drop this
 * comment, as it drops those of other packages.
 */
const licenses: OutputPlugin = {
  name: 'licenses',
  renderChunk: (code) =>
    code.includes('// node_modules/eventsource-parser/') ? { code: `/* ${LICENSE} */\n${code}` } : undefined,
}

/**
 * Makes `require('everysource')` a constructor with all exports on it. Up to version 2, the package `eventsource` exported its
 * class: SignalR and stellar-sdk call `new (require('eventsource'))(url)`, with an override that points here. A separate
 * function, so that the exports don't become members of the class. `__esModule` stays, for default imports compiled to CommonJS.
 */
const CALLABLE = `
module.exports = ((exports) => {
  const { EventSource: Class } = exports
  function EventSource() {
    if (!new.target) throw new TypeError("Class constructor EventSource cannot be invoked without 'new'")
    return Reflect.construct(Class, arguments, new.target === EventSource ? Class : new.target)
  }
  Object.setPrototypeOf(EventSource, Class)
  Object.defineProperties(EventSource, {
    length: { value: 1 },
    prototype: { value: Class.prototype, writable: false },
    default: { value: Class },
    ...Object.getOwnPropertyDescriptors(exports),
  })
  return EventSource
})(module.exports)
`

const callableIndex: OutputPlugin = {
  name: 'callable-index',
  renderChunk: (code, { path }) => (path.endsWith('/index.cjs') ? { code: code + CALLABLE } : undefined),
}

/**
 * Parser code that the decoder never uses. Minifiers cannot remove it, because they don't know which options the parser gets.
 * Saves 0.4 kB in an app.
 */
const UNUSED_IN_PARSER: [text: string, replacement: string][] = [
  [
    '{ maxBufferSize, onComment, onError, onEvent, onId, onRetry } = config',
    '{ onComment, onEvent, onId, onRetry } = config',
  ],
  ['createParser(config) {', 'createParser(config) { const maxBufferSize = undefined, onError = undefined;'],
  ["typeof config === 'function'", 'false'],
  ['let terminated = false', 'const terminated = false'],
  ['terminated = true;', ''],
  ['        terminated = false;', ''],
]

/** Fails if another version of the parser has different code. */
const smallerParser: EsbuildPlugin = {
  name: 'smaller-parser',
  setup(build) {
    build.onLoad({ filter: /eventsource-parser.dist.parse\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const contents = UNUSED_IN_PARSER.reduce((code, [text, replacement]) => {
        if (code.split(text).length !== 2)
          throw new Error(`${path} does not have "${text}" once: change UNUSED_IN_PARSER`)
        return code.replace(text, replacement)
      }, source)
      return { contents }
    })
  },
}

const polyfills = { polyfill: 'src/polyfill.ts', 'polyfill/force': 'src/polyfill/force.ts' }
const dropIn = { 'fetch-event-source': 'src/fetch-event-source.ts' }
const shared = { shared: 'src/shared.ts' }
const entry = { index: 'src/index.ts', ...dropIn, ...polyfills, ...shared }

const common: Options = {
  target: 'es2022',
  platform: 'neutral',
  clean: false,
  splitting: false,
  plugins: [licenses],
}

/** For programs compiled without lib.esnext.disposable. Not in src, because JSR rejects modules that declare globals. */
const DISPOSABLE = `
declare global {
  interface SymbolConstructor {
    /** Declared here too, for programs that are compiled without lib.esnext.disposable. */
    readonly dispose: unique symbol
    /** Declared here too, for programs that are compiled without lib.esnext.disposable. */
    readonly asyncDispose: unique symbol
  }
}`

/**
 * Minifies with terser, which sees the whole code and so removes more than an app's minifier. No `sequences`, because bundlers
 * drop unused statements but not parts of one.
 *
 * @param format how to print names and lines
 */
function compress(format: 'dense' | 'minified'): OutputPlugin {
  return {
    name: 'compress',
    async renderChunk(code) {
      const { code: output = '' } = await minify(code, {
        ecma: 2022,
        module: this.format === 'esm',
        toplevel: this.format !== 'iife',
        mangle: format === 'minified',
        compress: {
          passes: 10,
          sequences: false,
          join_vars: false,
          hoist_funs: true,

          reduce_funcs: false,
          pure_getters: true,
        },
        format: {
          comments: /THIRD-PARTY-LICENSES/,
          preserve_annotations: true,
          // eslint-disable-next-line @typescript-eslint/no-deprecated -- it works, as the package tests verify
          beautify: format !== 'minified',
          indent_level: 0,
        },
      })
      // Terser also puts annotations before `return`, and Rollup warns about them.
      return { code: output.replace(/\/\* @__PURE__ \*\/\s*(?=return\b)/g, '') }
    },
  }
}

/** Removes indentation but keeps names and lines. */
const dense: OutputPlugin = {
  name: 'dense',
  async renderChunk(code) {
    const format = { comments: /THIRD-PARTY-LICENSES/, preserve_annotations: true, beautify: true, indent_level: 0 }
    const { code: output = '' } = await minify(code, { ecma: 2022, compress: false, mangle: false, format })
    return { code: output }
  },
}

/** Keeps names and lines, so that the published code can be debugged without source maps. */
const browser: Options = { ...common, outDir: 'dist/browser', plugins: [licenses, compress('dense')] }

/** Returns the modules that browser entries load as separate entries, keyed by their import path. */
async function modulesOf(entryPoints: Record<string, string>): Promise<Record<string, string>> {
  const { metafile } = await build({
    entryPoints,
    bundle: true,
    write: false,
    outdir: 'dist',
    metafile: true,
    packages: 'external',
    plugins: [browserModules],
  })
  const sources = Object.keys(metafile.inputs)
  return Object.fromEntries(sources.map((file) => [file.replace(/^src\/|(\.browser)?\.ts$/g, ''), file]))
}

/**
 * Writes folders at the package root for resolvers that don't support `exports`. Metro prefers these folders to `exports`, so
 * they must resolve to the same files as the fields and conditions in package.json: CommonJS on devices, ES modules on the web.
 */
async function writeFolders(): Promise<void> {
  for (const name of Object.keys({ ...dropIn, ...polyfills, ...shared })) {
    const root = name.replace(/[^/]+/g, '..')
    const manifest = {
      main: `${root}/dist/${name}.cjs`,
      module: `${root}/dist/${name}.js`,
      browser: `${root}/dist/browser/${name}.js`,
      'react-native': `${root}/dist/${name}.cjs`,
      types: `${root}/dist/${name}.d.ts`,
    }
    await mkdir(name, { recursive: true })
    await writeFile(`${name}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`)
  }
}

export default defineConfig(async () => {
  // Files left over from an earlier version would be published.
  await rm('dist', { recursive: true, force: true })
  return [
    {
      ...common,
      entry,
      format: 'esm',
      plugins: [licenses, dense],
      esbuildPlugins: [shareIndex('.js'), shareInternals('.js'), smallerParser],
      onSuccess: async () => {
        await writeFolders()
        await copyFile('node_modules/eventsource-parser/LICENSE', 'dist/THIRD-PARTY-LICENSES.txt')
      },
    },
    {
      ...common,
      entry,
      format: 'cjs',
      plugins: [licenses, dense, callableIndex],
      // Names the exports so that Node detects them, for ES modules that import the CommonJS files by name.
      platform: 'node',
      esbuildPlugins: [shareIndex('.cjs'), shareInternals('.cjs'), smallerParser],
    },
    {
      ...common,
      // Together, so that the types of `shared` are those of the index.
      entry: { index: entry.index, ...shared },
      format: ['esm', 'cjs'],
      dts: { only: true, footer: DISPOSABLE },
    },
    { ...common, entry: { ...dropIn, ...polyfills }, format: ['esm', 'cjs'], dts: { only: true } },
    {
      ...browser,
      entry: await modulesOf({ index: entry.index, ...polyfills, ...shared }),
      format: 'esm',
      esbuildPlugins: [separateModules, smallerParser],
    },
    {
      ...browser,
      // Bundled, because terser then drops the branches that the drop-in never takes: 5.1 kB in an app, 6.0 as separate modules.
      entry: dropIn,
      format: 'esm',
      esbuildPlugins: [browserModules, smallerParser],
    },
    {
      ...browser,
      // For jest-environment-jsdom, which resolves with `browser` and `require`.
      entry,
      plugins: [licenses, compress('dense'), callableIndex],
      format: 'cjs',
      esbuildPlugins: [shareIndex('.cjs'), shareInternals('.cjs'), browserModules, smallerParser],
    },
    {
      ...browser,
      outDir: 'dist',
      entry: { everysource: 'src/index.ts', 'everysource-shared': 'src/shared/script.ts' },
      format: 'iife',
      globalName: 'everysource',
      outExtension: () => ({ js: '.min.js' }),
      esbuildPlugins: [browserModules, smallerParser],
      plugins: [compress('minified')],
      banner,
    },
    {
      ...common,
      // The CLI.
      entry: { cli: 'src/cli/main.ts' },
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      minify: true,
      esbuildPlugins: [shareIndex('.js', './'), smallerParser],
    },
    {
      // The page of `everysource inspect` and `npm start`.
      ...common,
      platform: 'browser',
      entry: { 'inspector/inspector': 'src/inspector/page/main.ts' },
      format: 'esm',
      minify: true,
      esbuildPlugins: [browserModules, smallerParser],
      banner,
      onSuccess: async () => {
        await copyFile('src/inspector/page/index.html', 'dist/inspector/index.html')
        await build({
          entryPoints: ['src/inspector/page/inspector.css'],
          outdir: 'dist/inspector',
          minify: true,
          // Don't rewrite functions such as light-dark() for old browsers.
          target: 'esnext',
        })
      },
    },
  ]
})
