/** The package as npm installs it: what comes with it, its polyfills, and declarations that are made of its own. */

import assert from 'node:assert/strict'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { check, ROOT, run, runTool } from './check.ts'

/** How a consumer gets at a module, in ESM and in CommonJS. */
const LOADERS = [
  { kind: 'import', extension: 'mjs', load: (path: string) => `await import('${path}')` },
  { kind: 'require', extension: 'cjs', load: (path: string) => `require('${path}')` },
]

export async function checkInstalled(tarball: string, folder: string): Promise<void> {
  const consumer = `${folder}/consumer`
  await mkdir(consumer)
  await writeFile(`${consumer}/package.json`, '{"private": true}')

  await check('npm installs it and nothing else', async () => {
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
  /** Loads the door where `existing` is the global, and says what the global is then. */
  const say = (load: (path: string) => string, door: string, existing: string): string => `
    ;(${load === LOADERS[0]?.load ? 'async ' : ''}() => {
      class Native {}
      const attributes = { writable: true, enumerable: false, configurable: true }
      Object.defineProperty(globalThis, 'EventSource', { value: ${existing}, ...attributes })
      if (!globalThis.EventSource) delete globalThis.EventSource
      ${load(door)}
      const { EventSource } = ${load('everysource')}
      const { value, ...shape } = Object.getOwnPropertyDescriptor(globalThis, 'EventSource')
      console.log(JSON.stringify({ is: value === EventSource ? 'ours' : value === Native ? 'native' : 'other', shape }))
    })()
  `
  for (const { kind, extension, load } of LOADERS) {
    for (const [fact, door, existing, is] of [
      ['polyfill installs the class that everysource exports', 'everysource/polyfill', 'undefined', 'ours'],
      ['polyfill leaves one that is there alone', 'everysource/polyfill', 'Native', 'native'],
      ['polyfill/force installs it where there is none', 'everysource/polyfill/force', 'undefined', 'ours'],
      ['polyfill/force replaces one that is there', 'everysource/polyfill/force', 'Native', 'ours'],
    ] as const) {
      await check(`by ${kind}, ${fact}`, async () => {
        await writeFile(`${consumer}/door.${extension}`, say(load, door, existing))
        const found = JSON.parse(await run(process.execPath, [`door.${extension}`], consumer)) as Record<
          string,
          unknown
        >
        assert.equal(found.is, is)
        // Writable, configurable, not enumerable: as WebIDL defines an interface object.
        if (is === 'ours') assert.deepEqual(found.shape, shape)
      })
    }
  }
}

/** What a library might export. */
const INFERRED = `
import { EventDecoderStream, EventSource, streamEvents } from 'everysource'
import { fetchEventSource } from 'everysource/fetch-event-source'
export const source = new EventSource('http://a.test/')
export const given = (stream: ReadableStream<Uint8Array>) => EventSource.fromReadableStream(stream)
export const events = streamEvents<{ ping: string }>('http://a.test/')
export const iterator = streamEvents('http://a.test/')[Symbol.asyncIterator]()
export const decoder = new EventDecoderStream()
export const follow = fetchEventSource
export { EventSource, streamEvents }
`

async function checkTypes(consumer: string): Promise<void> {
  const types = `${consumer}/types`
  const source = new URL('test/types/without-dom/', ROOT)
  await mkdir(types)
  await copyFile(new URL('tsconfig.json', source), `${types}/tsconfig.json`)

  await check('declarations can be made of what is inferred from it', async () => {
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
