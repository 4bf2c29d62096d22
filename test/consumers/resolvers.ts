/** Which build each resolver uses for each entry, and that it receives messages. */

import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { ROOT, run } from '../package/check.ts'
import { messageServer } from '../package/message-server.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import type { Tally } from '../tally.ts'
import type { Workspace } from './workspace.ts'

const ENTRIES = ['index', 'fetch-event-source', 'shared', 'polyfill', 'polyfill/force']

type Build = 'default' | 'browser'
type Kind = 'import' | 'require'

const FOLDERS: Record<Build, string> = { default: 'dist', browser: 'dist/browser' }

/** The build that each resolver uses, for each supported kind of import. */
const RESOLVERS: [resolver: string, build: Build, ...kinds: Kind[]][] = [
  ['node', 'default', 'import', 'require'],
  ['esbuild, platform browser', 'browser', 'import', 'require'],
  ['esbuild, platform node', 'default', 'import', 'require'],
  ['esbuild, platform neutral', 'default', 'import', 'require'],
  ['wrangler', 'default', 'import', 'require'],
  ['webpack, target web', 'browser', 'import', 'require'],
  ['webpack, target webworker', 'default', 'import', 'require'],
  ['webpack, target node', 'default', 'import', 'require'],
  ['webpack, target electron-renderer', 'default', 'import', 'require'],
  ['Next, edge', 'default', 'import', 'require'],
  ['Next, edge with workerd', 'default', 'import', 'require'],
  ['Rollup for browsers', 'browser', 'import'],
  ['Rollup', 'default', 'import'],
  ['Vite, client', 'browser', 'import'],
  ['Vite, SSR', 'default', 'import'],
  // Cloudflare's Vite plugin adds the condition `workerd`.
  ['Vite, SSR in a worker', 'browser', 'import'],
  // These don't support `exports`.
  ['resolve', 'default', 'require'],
  ['webpack 4', 'browser', 'import'],
]

const PRESETS = ['@react-native/babel-preset', 'babel-preset-expo']

/** The build that Metro uses. Metro also converts the package's ES modules to CommonJS. */
const METRO: Record<string, string[]> = {
  'ios, exports on': entriesOf('default', 'require'),
  'ios, exports off': entriesOf('default', 'require'),
  'ios, with browser': entriesOf('default', 'require'),
  'web, exports on': entriesOf('browser', 'import'),
  'web, exports off': entriesOf('browser', 'import'),
}
const RECEIVED = { source: 'hello', forced: true, shared: 'hello', loop: 'hello', dropIn: 'hello' }

const TOOLS = ['enhanced-resolve', 'esbuild', 'resolve', 'rollup', '@rollup/plugin-node-resolve', 'vite', 'webpack']
const TEST_TOOLS = ['happy-dom', 'jsdom', 'vitest']

export async function checkResolvers(tally: Tally, workspace: Workspace): Promise<void> {
  const project = await workspace.project('resolvers', [...TOOLS, ...TEST_TOOLS])
  const server = await messageServer()
  await checkTable(tally, project)
  await checkVitest(tally, project, server.url)
  await checkRuntimes(tally, workspace, project)
  server.close()
}

async function checkTable(tally: Tally, project: string): Promise<void> {
  const suite = tally.suite('consumers: resolvers')
  const output = await run(process.execPath, ['resolve.mjs'], project, { NODE_ENV: 'production' })
  const found = JSON.parse(output) as Record<string, Partial<Record<Kind, string[]>>>
  for (const [resolver, build, ...kinds] of RESOLVERS) {
    await suite.run(`${resolver} resolves to the ${build} build`, () => {
      assert.deepEqual(found[resolver], Object.fromEntries(kinds.map((kind) => [kind, entriesOf(build, kind)])))
    })
  }
  await suite.run('all resolvers are in the table', () => {
    assert.deepEqual(
      Object.keys(found),
      RESOLVERS.map(([resolver]) => resolver),
    )
  })
  suite.end()
}

/** Metro, which takes longer than all the others. */
export async function checkMetro(tally: Tally, workspace: Workspace): Promise<void> {
  const project = await workspace.project('metro')
  const server = await messageServer()
  for (const preset of PRESETS) {
    const suite = tally.suite(`consumers: Metro with ${preset}`)
    // Outside the project, because Metro watches its files.
    const output = `${workspace.folder}/metro-output/${preset}`
    await mkdir(output, { recursive: true })
    let found: Record<string, { bundle: string; entries: string[] }> = {}
    await suite.run('it bundles', async () => {
      const tools = new URL('test/consumers', ROOT).pathname
      found = JSON.parse(await run(process.execPath, ['metro.mjs', preset, tools, output], project)) as typeof found
      assert.deepEqual(Object.keys(found).sort(), Object.keys(METRO).sort())
    })
    for (const [name, { bundle, entries }] of Object.entries(found)) {
      await suite.run(`${name}: each entry is in the bundle once`, () => {
        assert.deepEqual(entries, [...(METRO[name] ?? [])].sort())
      })
      await suite.run(`${name}: the bundle receives messages`, async () => {
        assert.deepEqual(JSON.parse(await run(process.execPath, [bundle, server.url], project)), RECEIVED)
      })
    }
    suite.end()
  }
  server.close()
}

/** Vitest lets Node load packages unless they are inlined. Then Vite resolves them with the condition `node`. */
async function checkVitest(tally: Tally, project: string, url: string): Promise<void> {
  const suite = tally.suite('consumers: Vitest')
  for (const environment of ['jsdom', 'happy-dom']) {
    for (const INLINE of ['', 'true']) {
      const how = `${environment}${INLINE && ', inlined'}`
      await suite.run(`${how}: the default build receives messages`, async () => {
        const REPORT = `${project}/vitest/${environment}${INLINE}.json`
        const env = { ENVIRONMENT: environment, INLINE, REPORT, URL_OF_SERVER: url }
        await run(process.execPath, ['../node_modules/vitest/vitest.mjs', 'run'], `${project}/vitest`, env)
        const files = JSON.parse(await readFile(REPORT, 'utf8')) as string[]
        assert.deepEqual(files, entriesOf('default', 'import').slice(0, 2))
      })
    }
  }
  suite.end()
}

/** Other suites test that these receive messages. */
async function checkRuntimes(tally: Tally, workspace: Workspace, project: string): Promise<void> {
  for (const [name, command, ...kinds] of [
    ['deno', ['run', '--quiet', '--allow-all', '--no-lock', '--node-modules-dir=manual'], 'import', 'require'],
    ['bun', [], 'import', 'require'],
    ['node20', [], 'import', 'require'],
  ] as [string, string[], ...Kind[]][]) {
    const suite = tally.suite(`consumers: resolvers, ${name}`)
    const [binary = ''] = RUNTIMES[name] ?? []
    const reason = missing([binary])
    if (reason === undefined) {
      const env = { DENO_DIR: `${workspace.folder}/.deno`, DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' }
      for (const kind of kinds) {
        await suite.run(`${kind} resolves to the default build`, async () => {
          const output = await run(binary, [...command, 'runtime.mjs', kind], project, env)
          assert.deepEqual(JSON.parse(output), entriesOf('default', kind))
        })
      }
    } else suite.missing(reason)
    suite.end()
  }
}

function entriesOf(build: Build, kind: Kind): string[] {
  return ENTRIES.map((name) => `${FOLDERS[build]}/${name}.${kind === 'import' ? 'js' : 'cjs'}`)
}
