/** The package installed by npm: its dependencies, its polyfills, and declarations inferred from its types. */

import assert from 'node:assert/strict'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { check, ROOT, run, runTool } from './check.ts'

/** Ways to load a module in ESM and CommonJS. */
const LOADERS = [
  { kind: 'import', extension: 'mjs', load: (path: string) => `await import('${path}')` },
  { kind: 'require', extension: 'cjs', load: (path: string) => `require('${path}')` },
]

export async function checkInstalled(tarball: string, folder: string): Promise<void> {
  const consumer = `${folder}/consumer`
  await mkdir(consumer)
  await writeFile(`${consumer}/package.json`, '{"private": true}')

  await check('npm installs no other package', async () => {
    await run('npm', ['install', tarball, '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], consumer)
    const installed = await readdir(`${consumer}/node_modules`)
    assert.deepEqual(
      installed.filter((name) => !name.startsWith('.')),
      ['everysource'],
    )
  })

  await checkPolyfills(consumer)
  await checkTypes(consumer)
}

async function checkPolyfills(consumer: string): Promise<void> {
  const shape = { writable: true, enumerable: false, configurable: true }
  /** Loads the entry point with `existing` as the global EventSource, and prints the resulting global. */
  const script = (load: (path: string) => string, entry: string, existing: string): string => `
    ;(${load === LOADERS[0]?.load ? 'async ' : ''}() => {
      class Native {}
      const attributes = { writable: true, enumerable: false, configurable: true }
      Object.defineProperty(globalThis, 'EventSource', { value: ${existing}, ...attributes })
      if (!globalThis.EventSource) delete globalThis.EventSource
      ${load(entry)}
      const { EventSource } = ${load('everysource')}
      const { value, ...shape } = Object.getOwnPropertyDescriptor(globalThis, 'EventSource')
      console.log(JSON.stringify({ is: value === EventSource ? 'ours' : value === Native ? 'native' : 'other', shape }))
    })()
  `
  for (const { kind, extension, load } of LOADERS) {
    for (const [fact, entry, existing, is] of [
      ['polyfill installs the class exported by everysource', 'everysource/polyfill', 'undefined', 'ours'],
      ['polyfill keeps an existing class', 'everysource/polyfill', 'Native', 'native'],
      ['polyfill/force installs the class if there is none', 'everysource/polyfill/force', 'undefined', 'ours'],
      ['polyfill/force replaces an existing class', 'everysource/polyfill/force', 'Native', 'ours'],
    ] as const) {
      await check(`by ${kind}, ${fact}`, async () => {
        await writeFile(`${consumer}/entry.${extension}`, script(load, entry, existing))
        const found = JSON.parse(await run(process.execPath, [`entry.${extension}`], consumer)) as Record<
          string,
          unknown
        >
        assert.equal(found.is, is)
        // Like a WebIDL interface object: writable, configurable and not enumerable.
        if (is === 'ours') assert.deepEqual(found.shape, shape)
      })
    }
  }
}

/** Example exports of a library. */
const INFERRED = `
import { EventDecoderStream, EventSource, streamEvents } from 'everysource'
import { fetchEventSource } from 'everysource/fetch-event-source'
import { SharedEventSource } from 'everysource/shared'
export const source = new EventSource('http://a.test/')
export const given = (stream: ReadableStream<Uint8Array>) => EventSource.fromReadableStream(stream)
export const events = streamEvents<{ ping: string }>('http://a.test/')
export const iterator = streamEvents('http://a.test/')[Symbol.asyncIterator]()
export const decoder = new EventDecoderStream()
export const follow = fetchEventSource
export const shared = new SharedEventSource<{ ping: string }>('http://a.test/')
export { EventSource, SharedEventSource, streamEvents }
`

async function checkTypes(consumer: string): Promise<void> {
  const types = `${consumer}/types`
  const source = new URL('test/types/without-dom/', ROOT)
  await mkdir(types)
  await copyFile(new URL('tsconfig.json', source), `${types}/tsconfig.json`)

  await check('TypeScript can emit declarations for types inferred from the package', async () => {
    await writeFile(`${types}/inferred.mts`, INFERRED)
    const tsc = ['--declaration', '--emitDeclarationOnly', '--noEmit', 'false', '--outDir', `${types}/declared`]
    const typeRoots = new URL('node_modules/@types', ROOT).pathname
    await runTool(
      'typescript/bin/tsc',
      ['--project', types, '--typeRoots', typeRoots, '--pretty', 'false', ...tsc],
      consumer,
    )
  })
}
