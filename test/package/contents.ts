/** Contents of the package. */

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { extname, matchesGlob } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { check, ROOT, run, runTool } from './check.ts'

const ENTRIES = ['index', 'fetch-event-source', 'shared', 'polyfill', 'polyfill/force']
const SCRIPTS = ['dist/everysource.min.js', 'dist/everysource-shared.min.js']

/** All files except the modules of the browser build, which follow src. */
const FILES = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'package.json',
  'fetch-event-source/package.json',
  'shared/package.json',
  'polyfill/package.json',
  'polyfill/force/package.json',
  'dist/THIRD-PARTY-LICENSES.txt',
  'dist/cli.js',
  ...SCRIPTS,
  'dist/inspector/index.html',
  'dist/inspector/inspector.css',
  'dist/inspector/inspector.js',
  ...ENTRIES.flatMap((name) => ['.js', '.cjs', '.d.ts', '.d.cts'].map((extension) => `dist/${name}${extension}`)),
  ...ENTRIES.map((name) => `dist/browser/${name}.cjs`),
  // Declarations of the index that `shared` uses too.
  'dist/event-source-*.d.ts',
  'dist/event-source-*.d.cts',
]

/** In bytes, unpacked. */
const MAX_SIZE = 1_155_000

/** Package name of the parser. */
const PARSER = 'eventsource-parser'

interface Packed {
  tarball: string
  files: string[]
  /** In bytes, unpacked. */
  size: number
}

/** Packs the package from the existing build. */
export async function pack(folder: string): Promise<Packed> {
  // Without scripts: `prepare` would replace dist while other tests use it.
  const report = JSON.parse(await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])) as [
    { filename: string; files: { path: string }[]; unpackedSize: number },
  ]
  const [{ filename, files, unpackedSize }] = report
  return { tarball: `${folder}/${filename}`, files: files.map(({ path }) => path).sort(), size: unpackedSize }
}

export async function checkContents({ tarball, files, size }: Packed): Promise<void> {
  const modules = await browserModules()

  await check('the package contains exactly the listed files and the modules of the browser build', () => {
    const found = files.map((name) => name.replace(/(?<=dist\/event-source-)[\w-]{8}(?=\.d\.)/, '*'))
    assert.deepEqual(found.sort(), [...FILES, ...modules].sort())
  })

  await check(`the package has at most ${MAX_SIZE} bytes unpacked (now ${size})`, () => {
    assert(size <= MAX_SIZE)
  })

  await check('publint reports nothing', async () => {
    const bytes = await readFile(tarball)
    const { messages, pkg } = await publint({
      pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    })
    // The field `browser` is for resolvers that don't support `exports`, which have that condition too.
    const relevant = messages.filter(({ code }) => code !== 'USE_EXPORTS_BROWSER')
    assert.deepEqual(
      relevant.map((message) => formatMessage(message, pkg)),
      [],
    )
  })

  await check('attw reports no problems with the types', async () => {
    // Excludes the script builds, which are only for <script> and have no types. Includes node10, thanks to `typesVersions`.
    const scripts = ['--exclude-entrypoints', ...SCRIPTS.map((name) => `./${name}`)]
    const offline = '--no-definitely-typed'
    await runTool('@arethetypeswrong/cli/dist/index.js', [tarball, '--profile', 'strict', offline, ...scripts])
  })

  await check('the package has no dependencies', async () => {
    const manifest = JSON.parse(await read('package.json')) as Record<string, unknown>
    for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies', 'bundleDependencies']) {
      assert.equal(manifest[kind], undefined, kind)
    }
  })

  await check('the declarations do not mention the parser', async () => {
    for (const name of await built(/\.d\.c?ts$/)) assert(!(await read(name)).includes(PARSER), name)
  })

  await check('files load only other files of the package; the command also loads Node modules', async () => {
    for (const name of files.filter((file) => /\.c?js$/.test(file))) {
      for (const specifier of importsOf(await read(name))) {
        if (name === 'dist/cli.js' && isBuiltin(specifier)) continue
        const { pathname } = new URL(specifier, `file:///${name}`)
        assert(specifier.startsWith('.') && files.includes(pathname.slice(1)), `${name} loads ${specifier}`)
      }
    }
  })

  for (const folder of ['dist', 'dist/browser']) {
    for (const extension of ['js', 'cjs']) {
      await check(`in ${folder}, the polyfills (.${extension}) import the index instead of bundling it`, async () => {
        const polyfill = importsOf(await read(`${folder}/polyfill.${extension}`))
        const force = importsOf(await read(`${folder}/polyfill/force.${extension}`))
        assert(polyfill.includes(`./index.${extension}`), String(polyfill))
        assert(force.includes(`../index.${extension}`), String(force))
      })
    }
  }

  for (const name of ['dist/shared.js', 'dist/shared.cjs', 'dist/browser/shared.cjs']) {
    await check(`${name} imports the index, and nothing else`, async () => {
      assert.deepEqual(importsOf(await read(name)), [`./index${extname(name)}`])
    })
  }

  await check('each file that contains the parser names its license', async () => {
    const names = await built(/\.c?js$/)
    const holders = []
    for (const name of names) {
      const code = await read(name)
      // A name unique to the parser: an option of its `reset()`.
      if (!code.includes('.consume')) continue
      holders.push(name)
      assert.match(code.split('*/')[0] ?? '', /^\/\*!? .*eventsource-parser, MIT.*THIRD-PARTY-LICENSES\.txt/, name)
    }
    assert.deepEqual(holders.sort(), [
      'dist/browser/decoder/event-decoder.js',
      'dist/browser/fetch-event-source.cjs',
      'dist/browser/fetch-event-source.js',
      'dist/browser/index.cjs',
      'dist/everysource-shared.min.js',
      'dist/everysource.min.js',
      'dist/fetch-event-source.cjs',
      'dist/fetch-event-source.js',
      'dist/index.cjs',
      'dist/index.js',
      'dist/inspector/inspector.js',
    ])
    const license = await read('dist/THIRD-PARTY-LICENSES.txt')
    assert.match(license, /Copyright.*Espen Hovlandsdal/)
    assert.match(license, /Permission is hereby granted/)
    assert.match(license, /THE SOFTWARE IS PROVIDED "AS IS"/)
  })

  await check('files that are not modules use strict mode', async () => {
    for (const name of [...(await built(/\.cjs$/)), ...SCRIPTS]) {
      assert.match((await read(name)).replace(/^(\/\*.*?\*\/|\s)+/s, ''), /^"use strict";/, name)
    }
  })

  await check(
    'no file refers to a source map, because the package contains no source maps: names and lines are those of src',
    async () => {
      for (const name of await built(/\.c?js$/)) assert.doesNotMatch(await read(name), /sourceMappingURL/, name)
      for (const name of [
        'dist/index.js',
        'dist/index.cjs',
        'dist/browser/index.cjs',
        'dist/browser/connection/connection.js',
      ]) {
        const lines = (await read(name)).split('\n')
        assert(Math.max(...lines.map(({ length }) => length)) < 1_000, name)
      }
    },
  )

  await checkExports(files)
}

/** `exports`, and the fields and folders for resolvers that don't support it. */
async function checkExports(files: string[]): Promise<void> {
  const manifest = JSON.parse(await read('package.json')) as {
    exports: Record<string, unknown>
    sideEffects: string[]
  } & Record<(typeof FIELDS)[number], string>

  await check('server conditions precede `browser` in each entry', () => {
    const others = [...SCRIPTS, 'package.json'].map((name) => `./${name}`)
    assert.deepEqual(
      others.map((name) => manifest.exports[name]),
      others,
    )
    assert.deepEqual(
      Object.entries(manifest.exports)
        .filter(([name]) => !others.includes(name))
        .map(([name, conditions]) => [name, JSON.stringify(conditions)]),
      ENTRIES.map((name) => [name === 'index' ? '.' : `./${name}`, JSON.stringify(conditionsOf(name))]),
    )
  })

  await check(
    'each entry also resolves without `exports`, with the fields of package.json and of folders',
    async () => {
      assert.deepEqual(Object.fromEntries(FIELDS.map((field) => [field, manifest[field]])), fieldsOf('index', './dist'))
      for (const [name, root] of [
        ['fetch-event-source', '..'],
        ['shared', '..'],
        ['polyfill', '..'],
        ['polyfill/force', '../..'],
      ] as const) {
        const fields = JSON.parse(await read(`${name}/package.json`)) as Record<string, string>
        assert.deepEqual(fields, fieldsOf(name, `${root}/dist`))
        for (const file of Object.values(fields)) {
          assert(files.includes(new URL(file, `file:///${name}/package.json`).pathname.slice(1)), file)
        }
      }
    },
  )

  await check('`sideEffects` lists only the polyfills', () => {
    const patterns = manifest.sideEffects.map((pattern) => pattern.replace('./', ''))
    const effective = files.filter((file) => patterns.some((pattern) => matchesGlob(file, pattern)))
    assert.deepEqual(
      effective.filter((file) => !/\.d\.c?ts$/.test(file)),
      files.filter((file) => /^dist\/(browser\/)?polyfill(\/force)?\.c?js$/.test(file)),
    )
  })
}

/** Resolvers that set several conditions must match one of these before `browser`. */
const SERVERS = ['workerd', 'edge-light', 'deno', 'bun', 'react-native', 'node', 'worker']

function conditionsOf(name: string): Record<string, unknown> {
  const conditions = (js: string, dts: string): Record<string, string> => ({
    types: `./dist/${name}${dts}`,
    ...Object.fromEntries(SERVERS.map((condition) => [condition, `./dist/${name}${js}`])),
    // Metro converts everything to CommonJS, and treats some imports as `require` calls. Both must load the same copy.
    'react-native': `./dist/${name}.cjs`,
    browser: `./dist/browser/${name}${js}`,
    default: `./dist/${name}${js}`,
  })
  return { import: conditions('.js', '.d.ts'), require: conditions('.cjs', '.d.cts') }
}

/** Fields for resolvers that don't support `exports`. */
const FIELDS = ['main', 'module', 'browser', 'react-native', 'types'] as const

function fieldsOf(name: string, dist: string): Record<(typeof FIELDS)[number], string> {
  return {
    main: `${dist}/${name}.cjs`,
    module: `${dist}/${name}.js`,
    browser: `${dist}/browser/${name}.js`,
    'react-native': `${dist}/${name}.cjs`,
    types: `${dist}/${name}.d.ts`,
  }
}

/** The ES modules of the browser build that its entries load. */
async function browserModules(): Promise<string[]> {
  const found = new Set<string>()
  const visit = async (name: string): Promise<void> => {
    if (found.has(name)) return
    found.add(name)
    for (const specifier of importsOf(await read(name))) {
      await visit(new URL(specifier, `file:///${name}`).pathname.slice(1))
    }
  }
  for (const name of ENTRIES) await visit(`dist/browser/${name}.js`)
  return [...found]
}

function read(name: string): Promise<string> {
  return readFile(new URL(name, ROOT), 'utf8')
}

async function built(names: RegExp): Promise<string[]> {
  const entries = await readdir(new URL('dist', ROOT), { recursive: true })
  return entries.filter((name) => names.test(name)).map((name) => `dist/${name}`)
}

/** The modules that a built file loads. */
function importsOf(code: string): string[] {
  const names = code.matchAll(/\b(?:from|import|require)\s*\(?\s*["']([^"']+)["']/g)
  return [...new Set([...names].map(([, name = '']) => name))]
}
