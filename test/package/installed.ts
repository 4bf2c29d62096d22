/** The package as a consumer has it: packed, installed, imported, required, bundled and type-checked. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'
import { check, ROOT, run, runTool, Skip } from './check.ts'
import { messageServer } from './message-server.ts'

const NODE_20 = new URL('test/runtimes/node_modules/node20/bin/node', ROOT).pathname

/** How a consumer gets at a module, in ESM and in CommonJS. */
const LOADERS = [
  { kind: 'import', extension: 'mjs', load: (path: string) => `await import('${path}')` },
  { kind: 'require', extension: 'cjs', load: (path: string) => `require('${path}')` },
]

export async function checkInstalled(tarball: string, folder: string): Promise<void> {
  const consumer = `${folder}/consumer`
  await mkdir(consumer)
  await writeFile(`${consumer}/package.json`, '{"private": true}')

  await check('npm installs it, with the parser and nothing else', async () => {
    await run('npm', ['install', tarball, '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], consumer)
    const installed = await readdir(`${consumer}/node_modules`)
    assert.deepEqual(
      installed.filter((name) => !name.startsWith('.')),
      ['eventsource-parser', 'everysource'],
    )
  })

  await checkConsumers(consumer)
  await checkPolyfills(consumer)
  await checkBundles(consumer)
  await checkTypes(consumer)
}

async function checkConsumers(consumer: string): Promise<void> {
  const server = await messageServer()
  const receive = `
    const source = new EventSource('${server.url}')
    source.addEventListener('greeting', ({ data, lastEventId, origin }) => {
      console.log(data, lastEventId, origin)
      source.close()
    })
    source.onerror = ({ message }) => { console.log(message) }
  `
  await writeFile(`${consumer}/consumer.mjs`, `import { EventSource } from 'everysource'\n${receive}`)
  await writeFile(`${consumer}/consumer.cjs`, `const { EventSource } = require('everysource')\n${receive}`)

  for (const [name, node] of [
    ['this Node', process.execPath],
    ['Node 20', NODE_20],
  ] as const) {
    for (const { kind, extension } of LOADERS) {
      await check(`by ${kind}, it receives a message and lets the process end, on ${name}`, async () => {
        if (!existsSync(node)) throw new Skip('it is not installed under test/runtimes')
        const output = await run(node, [`consumer.${extension}`], consumer)
        assert.equal(output, `hello 1 ${new URL(server.url).origin}\n`)
      })
    }
  }
  server.close()
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

async function checkBundles(consumer: string): Promise<void> {
  async function bundle(contents: string): Promise<string> {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: consumer },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      logLevel: 'silent',
    })
    return outputFiles[0]?.text ?? ''
  }
  /** Texts that nothing else than these parts has. */
  const CLASS = 'EventSource needs a URL'
  const LOOP = 'This EventStream has its reader already'
  const DECODER_STREAM = 'EventDecoderStream takes bytes'
  const REQUEST = 'last-event-id'
  const PARSER = 'max-buffer-size-exceeded'

  await check('a bundle that imports it for nothing is empty', async () => {
    assert.equal((await bundle("import 'everysource'")).trim(), '')
  })

  await check('a bundle that uses only ConnectionError has no EventSource and no parser', async () => {
    const code = await bundle("import { ConnectionError } from 'everysource'; console.log(ConnectionError)")
    assert(code.includes('The event stream at'))
    for (const marker of [CLASS, PARSER]) assert(!code.includes(marker), `It has "${marker}"`)
  })

  for (const [name, has, lacks] of [
    ['EventSource', [CLASS, REQUEST, PARSER], [LOOP, DECODER_STREAM]],
    ['streamEvents', [LOOP, REQUEST, PARSER], [CLASS, DECODER_STREAM]],
    ['EventDecoderStream', [DECODER_STREAM, PARSER], [CLASS, LOOP, REQUEST]],
  ] as const) {
    await check(`a bundle that uses ${name} has that and nothing else`, async () => {
      const code = await bundle(`import { ${name} } from 'everysource'; console.log(${name})`)
      for (const marker of has) assert(code.includes(marker), `It lacks "${marker}"`)
      for (const marker of lacks) assert(!code.includes(marker), `It has "${marker}"`)
    })
  }

  await check('a bundle keeps the polyfills that it imports', async () => {
    for (const door of ['polyfill', 'polyfill/force']) {
      assert((await bundle(`import 'everysource/${door}'`)).includes(CLASS), door)
    }
  })
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
  for (const extension of ['mts', 'cts'])
    await copyFile(new URL('consumer.ts', source), `${types}/consumer.${extension}`)

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

  await check('its declarations need no lib.dom where there is @types/node, by import and by require', async () => {
    const typeRoots = new URL('node_modules/@types', ROOT).pathname
    await runTool('typescript/bin/tsc', ['--project', types, '--typeRoots', typeRoots, '--pretty', 'false'], consumer)
  })
}
