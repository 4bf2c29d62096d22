/** Startup: the time of an import, and bundle sizes. */

import assert from 'node:assert/strict'
import { build, type Metafile } from 'esbuild'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { path } from '../../test/conformance/bundle.ts'
import { inTurn, type Bench, type Row } from '../bench.ts'

export interface StartUpTable {
  /** Times in ms, by package. */
  imports: Row<number>[]
  sizes: Size[]
  /** The parts of `EventSource` alone. */
  parts: Size[]
}

interface Size {
  title: string
  /** Sizes in bytes. */
  minified: number
  gzipped: number
}

const { resolve } = createRequire(import.meta.url)
const OURS = path('dist/index.js')
const DROP_IN = path('dist/fetch-event-source.js')
const SHARED = path('dist/shared.js')
/** The build that bundlers use for browsers. */
const BROWSER = JSON.stringify(path('dist/browser/index.js'))
const BROWSER_DROP_IN = JSON.stringify(path('dist/browser/fetch-event-source.js'))
const BROWSER_SHARED = JSON.stringify(path('dist/browser/shared.js'))

/** Imported modules, by title. */
const MODULES: Record<string, string> = {
  everysource: OURS,
  'everysource/fetch-event-source': DROP_IN,
  'everysource/shared': SHARED,
  eventsource: resolve('eventsource'),
  'eventsource-client': resolve('eventsource-client'),
  undici: resolve('undici'),
  'launchdarkly-eventsource': resolve('launchdarkly-eventsource'),
  '@microsoft/fetch-event-source': resolve('@microsoft/fetch-event-source'),
}

/** Bundled programs. undici does not run in browsers; nor does launchdarkly-eventsource, whose `http` stays external. */
const PROGRAMS: Record<string, string> = {
  'everysource, `EventSource` alone': `export { EventSource } from ${BROWSER}`,
  'everysource, `streamEvents` alone': `export { streamEvents } from ${BROWSER}`,
  'everysource, `EventDecoderStream` alone': `export { EventDecoderStream } from ${BROWSER}`,
  'everysource, `fetchEventSource` alone': `export { fetchEventSource } from ${BROWSER_DROP_IN}`,
  'everysource, `SharedEventSource` alone': `export { SharedEventSource } from ${BROWSER_SHARED}`,
  'everysource, `EventSource` and `SharedEventSource`': `export { EventSource } from ${BROWSER}; export { SharedEventSource } from ${BROWSER_SHARED}`,
  'everysource, all but `fetchEventSource` and `SharedEventSource`': `export * from ${BROWSER}`,
  'the parser alone': `export { createParser } from 'eventsource-parser'`,
  eventsource: `export { EventSource } from 'eventsource'`,
  'eventsource-client': `export { createEventSource } from 'eventsource-client'`,
  'launchdarkly-eventsource': `export { EventSource } from 'launchdarkly-eventsource'`,
  '@microsoft/fetch-event-source': `export { fetchEventSource } from '@microsoft/fetch-event-source'`,
}

/** Files for pages without a bundler. */
const SCRIPTS: Record<string, string> = {
  'everysource, the `<script>`': 'dist/everysource.min.js',
  'everysource, the `<script>` with `SharedEventSource`': 'dist/everysource-shared.min.js',
}

/** Parts of `EventSource`, each with a pattern for the paths of its modules; the first match counts. */
const PARTS: [title: string, paths: RegExp][] = [
  ['bytes to messages: parser, UTF-8, byte order mark, buffer limit', /decoder/],
  ['one task per message', /event-source\/(?:dispatcher|task-queue)|platform\/(?:task|self-messages)/],
  ['the interface: class, events, handlers, WebIDL', /event-source/],
  ['redirects: followed one by one, without leaking credentials', /redirect/],
  ['errors without secrets: responses, refused bodies, `Retry-After`', /response|error|failure|redaction/],
  ['option checks and their messages', /read-options|foreign-options|server-options|checks|closest|requirements/],
  ['requests: headers, bodies, functions per attempt, resumption', /request|header|exchange|url/],
  ["`idleTimeout: 'auto'`: the interval of keep-alives", /keep-alive/],
  ['`idleTimeout`: silence, sleep and waking', /idle-timeout/],
  ['the page: `whenHidden`, the back/forward cache, frozen pages, removed iframes', /page-lifecycle|platform\/page/],
  ['one connection: lifecycle, reconnection, waits, timeouts', /connection\//],
  ['differences between Node, Deno, Bun, Workers, browsers and React Native', /platform/],
]

const ROUNDS = 11

export async function startUp(bench: Bench): Promise<StartUpTable> {
  const imports = await inTurn(bench, 'import', ROUNDS, timeOfImport, Object.keys(MODULES))
  const sizes: Size[] = []
  for (const [title, program] of Object.entries(PROGRAMS)) {
    await bench.suite.run(`size: ${title}`, async () => void sizes.push(await sizeOf(title, program)))
  }
  for (const [title, file] of Object.entries(SCRIPTS)) {
    await bench.suite.run(`size: ${title}`, () => void sizes.push(sizeOfScript(title, file)))
  }
  let parts: Size[] = []
  await bench.suite.run('size: parts of EventSource', async () => {
    parts = await sizesOfParts()
  })
  return { imports, sizes, parts }
}

/** Time of an import in a new process, in ms. */
async function timeOfImport(name: string): Promise<number> {
  const url = pathToFileURL(MODULES[name] ?? '').href
  const script = `const started = performance.now(); await import('${url}'); console.log(performance.now() - started)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  return Number(stdout)
}

async function sizeOf(title: string, contents: string): Promise<Size> {
  const { minified, gzipped } = await bundled(contents, title.startsWith('launchdarkly') ? 'node' : 'browser')
  return { title, minified, gzipped }
}

function sizeOfScript(title: string, file: string): Size {
  const code = readFileSync(path(file))
  return { title, minified: code.length, gzipped: gzipSync(code, { level: 9 }).length }
}

/** Sizes by part. The gzipped size of a part is its share of the minified size. */
async function sizesOfParts(): Promise<Size[]> {
  const { minified, gzipped, modules } = await bundled(`export { EventSource } from ${BROWSER}`)
  const bytes = new Map(PARTS.map(([title]) => [title, 0]))
  for (const [file, { bytesInOutput }] of Object.entries(modules)) {
    if (bytesInOutput === 0) continue
    const [title] = PARTS.find(([, paths]) => paths.test(file)) ?? []
    assert.ok(title, `${file} does not belong to any part`)
    bytes.set(title, (bytes.get(title) ?? 0) + bytesInOutput)
  }
  const parts = [...bytes].map(([title, size]) => ({ title, minified: size, gzipped: (gzipped * size) / minified }))
  return parts.sort((one, other) => other.minified - one.minified)
}

async function bundled(
  contents: string,
  platform: 'browser' | 'node' = 'browser',
): Promise<{ minified: number; gzipped: number; modules: Metafile['outputs'][string]['inputs'] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: path('bench') },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    absWorkingDir: path(''),
    format: 'esm',
    target: 'es2022',
    platform,
  })
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  const [output] = Object.values(metafile.outputs)
  return { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length, modules: output?.inputs ?? {} }
}
