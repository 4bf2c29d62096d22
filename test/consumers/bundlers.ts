/** Bundles made by four bundlers: they run, and contain only the parts of the package that are used. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'
import type { Engine } from '../browser/engine.ts'
import { firefox } from '../browser/firefox.ts'
import { webkit } from '../browser/webkit.ts'
import { run } from '../package/check.ts'
import { messageServer } from '../package/message-server.ts'
import type { Suite, Tally } from '../tally.ts'
import { missingBrowser, receivedBy, startPageServer, type PageServer } from './browser.ts'
import type { Workspace } from './workspace.ts'

const BUNDLERS = ['esbuild', 'rollup', 'webpack', 'vite']
const FOR_NODE = ['esbuild', 'webpack']

/** Texts that occur only in these parts. */
const CLASS = 'reset() needs a stream'
const SHARED = 'SharedEventSource needs a URL'
const LOOP = 'This EventStream already has a reader'
const DECODER_STREAM = 'EventDecoderStream takes Uint8Array'
const REQUEST = 'last-event-id'
const PARSER = '.consume'
const FAILURE = 'everysource.ConnectionError'
const DROP_IN = 'Expected content-type to be'
const ALL = [CLASS, SHARED, LOOP, DECODER_STREAM, REQUEST, PARSER, FAILURE, DROP_IN]

/** The parts that each import includes. */
const PARTS: [string, string[]][] = [
  ['EventSource', [CLASS, REQUEST, PARSER, FAILURE]],
  ['SharedEventSource', [SHARED, REQUEST, PARSER, FAILURE]],
  ['streamEvents', [LOOP, REQUEST, PARSER, FAILURE]],
  ['EventDecoderStream', [DECODER_STREAM, PARSER]],
  ['ConnectionError', [FAILURE]],
  ['fetchEventSource', [DROP_IN, REQUEST, PARSER]],
  ['polyfill', [CLASS, REQUEST, PARSER, FAILURE]],
  ['force', [CLASS, REQUEST, PARSER, FAILURE]],
  ['nothing', []],
]

/** Texts in code for Node that browsers don't need. */
const NODE_CODE = [
  'diagnostics_channel',
  'undici.globalDispatcher',
  'getBuiltinModule',
  'setImmediate',
  'nodejs.util.inspect',
]

/** Overrides the NODE_ENV of the caller. */
const PRODUCTION = { NODE_ENV: 'production' }

const RECEIVED = {
  source: 'hello',
  types: ['EventSource', '[object EventSource]'],
  shared: 'hello',
  loop: 'hello',
  dropIn: 'hello',
}

const TOOLS = ['esbuild', 'rollup', '@rollup/plugin-node-resolve', '@rollup/plugin-terser', 'webpack', 'vite']

export async function checkBundlers(tally: Tally, workspace: Workspace): Promise<void> {
  const project = await workspace.project('bundlers', TOOLS)
  for (const bundler of BUNDLERS) {
    const suite = tally.suite(`consumers: ${bundler}`)
    await suite.run('bundles without a warning', async () => {
      assert.equal(await run(process.execPath, [`${bundler}.mjs`], project, PRODUCTION), '')
    })
    await checkParts(suite, bundler, project)
    if (FOR_NODE.includes(bundler)) await checkForNode(suite, `${project}/dist/node/${bundler}.cjs`)
    await checkPage(suite, bundler, project)
    suite.end()
  }
}

async function checkParts(suite: Suite, bundler: string, project: string): Promise<void> {
  const sizes: string[] = []
  for (const [name, parts] of PARTS) {
    await suite.run(`a program that imports ${name} contains nothing else`, async () => {
      const code = await readFile(`${project}/dist/${bundler}/only-${name}.js`, 'utf8')
      sizes.push(`${name} ${code.length} (${gzipSync(code).length})`)
      assert.deepEqual(
        [...ALL, ...NODE_CODE].filter((marker) => code.includes(marker)),
        ALL.filter((marker) => parts.includes(marker)),
      )
    })
  }
  console.log(`  ${bundler}, minified bytes per import (gzipped): ${sizes.join(', ')}`)
}

async function checkForNode(suite: Suite, bundle: string): Promise<void> {
  await suite.run('a Node bundle contains the code for Node', async () => {
    const code = await readFile(bundle, 'utf8')
    assert.deepEqual(
      NODE_CODE.filter((marker) => !code.includes(marker)),
      [],
    )
  })
  await suite.run('a Node bundle runs without node_modules, receives a message, and the process exits', async () => {
    const elsewhere = await mkdtemp(`${tmpdir()}/everysource-bundle-`)
    const server = await messageServer()
    try {
      await rename(bundle, `${elsewhere}/bundle.cjs`)
      assert.equal(await run(process.execPath, ['bundle.cjs', server.url], elsewhere), 'hello\n')
    } finally {
      server.close()
      await rm(elsewhere, { recursive: true })
    }
  })
}

async function checkPage(suite: Suite, bundler: string, project: string): Promise<void> {
  const reason = missingBrowser()
  if (reason !== undefined) {
    suite.missing(reason)
    return
  }
  const server = await startPageServer(project)
  const { origin } = server
  await suite.run('the bundle receives messages on a page', async () => {
    assert.deepEqual(await receivedBy(`${origin}/page.html?bundler=${bundler}`), RECEIVED)
  })
  if (bundler === 'vite') {
    await suite.run('a built application contains no code for Node', async () => {
      const assets = `${project}/dist/vite-app/assets`
      const scripts = await Promise.all((await readdir(assets)).map((name) => readFile(`${assets}/${name}`, 'utf8')))
      const code = scripts.join('')
      assert(code.includes(CLASS))
      assert.deepEqual(
        NODE_CODE.filter((marker) => code.includes(marker)),
        [],
      )
    })
    await suite.run('a built application receives messages', async () => {
      assert.deepEqual(await receivedBy(`${origin}/dist/vite-app/index.html`), RECEIVED)
    })
    for (const engine of [firefox, webkit]) {
      const absent = engine.missing()
      if (absent === undefined) {
        await suite.run(`a built application receives messages in ${engine.name}`, async () => {
          assert.deepEqual(await reportedBy(engine, server, '/dist/vite-app/index.html'), RECEIVED)
        })
      } else suite.missing(absent)
    }
    await suite.run('an application on the dev server receives messages', async () => {
      const { url, stop } = await serveWithVite(project)
      try {
        assert.deepEqual(await receivedBy(`${url}?events=${origin}`), RECEIVED)
      } finally {
        stop()
      }
    })
  }
  server.close()
}

/** Returns what a page reports in a browser without a driver. */
async function reportedBy(engine: Engine, server: PageServer, page: string): Promise<unknown> {
  const browser = await engine.launch()
  const reported = server.nextReport()
  const close = await browser.open(`${server.origin}${page}?report`)
  try {
    return JSON.parse(await reported)
  } finally {
    await close()
    await browser.close()
  }
}

/** Starts Vite's dev server as a separate process. */
async function serveWithVite(project: string): Promise<{ url: string; stop: () => void }> {
  const child = spawn(process.execPath, ['vite.mjs', 'serve'], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('http')) return { url: line, stop: () => child.kill() }
  }
  throw new Error('Vite printed no address')
}
