/** What is in the package. */

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { check, ROOT, run, runTool } from './check.ts'

const FILES = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'dist/THIRD-PARTY-LICENSES.txt',
  'dist/cli.js',
  'dist/cli.js.map',
  'dist/everysource.min.js',
  'dist/everysource.min.js.map',
  'dist/fetch-event-source.cjs',
  'dist/fetch-event-source.cjs.map',
  'dist/fetch-event-source.d.cts',
  'dist/fetch-event-source.d.ts',
  'dist/fetch-event-source.js',
  'dist/fetch-event-source.js.map',
  'dist/index.cjs',
  'dist/index.cjs.map',
  'dist/index.d.cts',
  'dist/index.d.ts',
  'dist/index.js',
  'dist/index.js.map',
  'dist/inspector/index.html',
  'dist/inspector/inspector.css',
  'dist/inspector/inspector.js',
  'dist/polyfill.cjs',
  'dist/polyfill.cjs.map',
  'dist/polyfill.d.cts',
  'dist/polyfill.d.ts',
  'dist/polyfill.js',
  'dist/polyfill.js.map',
  'dist/polyfill/force.cjs',
  'dist/polyfill/force.cjs.map',
  'dist/polyfill/force.d.cts',
  'dist/polyfill/force.d.ts',
  'dist/polyfill/force.js',
  'dist/polyfill/force.js.map',
  'package.json',
]

/** The parser, by the name of its package. */
const PARSER = 'eventsource-parser'

/** Packs the package as it is built: where the tarball is, and what is in it. */
export async function pack(folder: string): Promise<{ tarball: string; files: string[] }> {
  // Without scripts: `prepare` would build under the feet of whoever runs something from dist.
  const report = JSON.parse(await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])) as [
    { filename: string; files: { path: string }[] },
  ]
  const [{ filename, files }] = report
  return { tarball: `${folder}/${filename}`, files: files.map(({ path }) => path).sort() }
}

export async function checkContents({ tarball, files }: { tarball: string; files: string[] }): Promise<void> {
  await check('the package holds exactly the files that are listed', () => {
    assert.deepEqual(files, FILES)
  })

  await check('publint has nothing to say', async () => {
    const bytes = await readFile(tarball)
    const { messages, pkg } = await publint({
      pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    })
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    )
  })

  await check('attw finds the types right', async () => {
    // Not those of the script build, which is for <script> alone and has none. For node10 too, by `typesVersions`.
    const script = ['--exclude-entrypoints', './dist/everysource.min.js']
    const offline = '--no-definitely-typed'
    await runTool('@arethetypeswrong/cli/dist/index.js', [tarball, '--profile', 'strict', offline, ...script])
  })

  await check('the parser is the only dependency', async () => {
    const { dependencies } = JSON.parse(await read('package.json')) as { dependencies: object }
    assert.deepEqual(Object.keys(dependencies), [PARSER])
  })

  await check('the declarations do not mention the parser', async () => {
    for (const name of await built(/\.d\.c?ts$/)) assert(!(await read(name)).includes(PARSER), name)
  })

  await check('the ESM build imports the parser and nothing else', async () => {
    assert.deepEqual(importsOf(await read('dist/index.js')), [PARSER])
    assert.deepEqual(importsOf(await read('dist/fetch-event-source.js')), [PARSER])
    assert.deepEqual(importsOf(await read('dist/polyfill.js')), ['./index.js'])
    assert.deepEqual(importsOf(await read('dist/polyfill/force.js')), ['../index.js'])
  })

  await check('the CommonJS and script builds have the parser within', async () => {
    assert.deepEqual(importsOf(await read('dist/index.cjs')), [])
    assert.deepEqual(importsOf(await read('dist/fetch-event-source.cjs')), [])
    assert.deepEqual(importsOf(await read('dist/everysource.min.js')), [])
    assert.deepEqual(importsOf(await read('dist/polyfill.cjs')), ['./index.cjs'])
    assert.deepEqual(importsOf(await read('dist/polyfill/force.cjs')), ['../index.cjs'])
  })

  await check("the parser's licence travels with the builds that contain it", async () => {
    for (const name of [
      'dist/index.cjs',
      'dist/fetch-event-source.cjs',
      'dist/everysource.min.js',
      'dist/inspector/inspector.js',
    ]) {
      const [start] = (await read(name)).split('*/')
      assert.match(start ?? '', /^\/\*!.*eventsource-parser, MIT.*THIRD-PARTY-LICENSES\.txt/, name)
    }
    const licence = await read('dist/THIRD-PARTY-LICENSES.txt')
    assert.match(licence, /Copyright.*Espen Hovlandsdal/)
    assert.match(licence, /Permission is hereby granted/)
    assert.match(licence, /THE SOFTWARE IS PROVIDED "AS IS"/)
  })

  await check('each build has its source map, with paths that mean nothing outside', async () => {
    // The inspector's page is for those who look at a stream, not at its code.
    const builds = (await built(/\.c?js$/)).filter((name) => name !== 'dist/inspector/inspector.js')
    for (const name of builds) {
      assert.match(await read(name), new RegExp(`//# sourceMappingURL=${name.replace(/.*\//, '')}.map\\s*$`), name)
      const { sources } = JSON.parse(await read(`${name}.map`)) as { sources: string[] }
      assert(sources.length > 0, name)
      for (const source of sources) assert.match(source, /^(\.\.\/)+(src|node_modules)\//, name)
    }
  })
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
