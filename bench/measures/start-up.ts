/** Start-up: the time that an import takes, and the sizes of what a bundler makes. */

import { build } from 'esbuild'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { path } from '../../test/conformance/bundle.ts'
import { inTurn, type Bench, type Row } from '../bench.ts'

export interface StartUpTable {
  /** ms, by package. */
  imports: Row<number>[]
  sizes: Size[]
}

interface Size {
  title: string
  /** Bytes. */
  minified: number
  gzipped: number
}

const { resolve } = createRequire(import.meta.url)
const OURS = path('dist/index.js')
const DROP_IN = path('dist/fetch-event-source.js')

/** What is imported, by what the tables call it. */
const MODULES: Record<string, string> = {
  everysource: OURS,
  'everysource/fetch-event-source': DROP_IN,
  eventsource: resolve('eventsource'),
  'eventsource-client': resolve('eventsource-client'),
  undici: resolve('undici'),
  'launchdarkly-eventsource': resolve('launchdarkly-eventsource'),
  '@microsoft/fetch-event-source': resolve('@microsoft/fetch-event-source'),
}

/** What is bundled. undici is no package for browsers, nor is launchdarkly-eventsource, whose `http` stays outside. */
const PROGRAMS: Record<string, string> = {
  'everysource, `EventSource` alone': `export { EventSource } from ${JSON.stringify(OURS)}`,
  'everysource, `streamEvents` alone': `export { streamEvents } from ${JSON.stringify(OURS)}`,
  'everysource, `fetchEventSource` alone': `export { fetchEventSource } from ${JSON.stringify(DROP_IN)}`,
  'everysource, everything': [OURS, DROP_IN].map((file) => `export * from ${JSON.stringify(file)}`).join('\n'),
  'the parser alone': `export { createParser } from 'eventsource-parser'`,
  eventsource: `export { EventSource } from 'eventsource'`,
  'eventsource-client': `export { createEventSource } from 'eventsource-client'`,
  'launchdarkly-eventsource': `export { EventSource } from 'launchdarkly-eventsource'`,
  '@microsoft/fetch-event-source': `export { fetchEventSource } from '@microsoft/fetch-event-source'`,
}

const ROUNDS = 11

export async function startUp(bench: Bench): Promise<StartUpTable> {
  const imports = await inTurn(bench, 'import', ROUNDS, timeOfImport, Object.keys(MODULES))
  const sizes: Size[] = []
  for (const [title, program] of Object.entries(PROGRAMS)) {
    await bench.suite.run(`size: ${title}`, async () => void sizes.push(await sizeOf(title, program)))
  }
  return { imports, sizes }
}

/** In a fresh process, in ms. */
async function timeOfImport(name: string): Promise<number> {
  const url = pathToFileURL(MODULES[name] ?? '').href
  const script = `const started = performance.now(); await import('${url}'); console.log(performance.now() - started)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  return Number(stdout)
}

async function sizeOf(title: string, contents: string): Promise<Size> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: path('bench') },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: title.startsWith('launchdarkly') ? 'node' : 'browser',
  })
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  return { title, minified: code.length, gzipped: gzipSync(code, { level: 9 }).length }
}
