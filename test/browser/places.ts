/** Where in a browser the suite runs, and the pages and scripts for it. */

import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import type { Extra } from '../server/server.ts'
import { path, programsUnderTest } from '../conformance/bundle.ts'

export type Place = 'page' | 'dedicated worker' | 'shared worker'
export const PLACES: Place[] = ['page', 'dedicated worker', 'shared worker']

const WORKER = `
importScripts('/everysource.min.js', '/suite.js')
onmessage = ({ data }) => suite.run(data, everysource, postMessage).then(() => postMessage('done'))
`

// \`report\` and \`settings\` are exposed by the runner.
const PAGES: Record<Place, string> = {
  page: `
    <script src="/everysource.min.js"></script>
    <script src="/suite.js"></script>
    <script>start = async () => { await suite.run(await settings(), everysource, report) }</script>`,
  'dedicated worker': `
    <script>
      start = async () => {
        const worker = new Worker('/worker.js')
        worker.postMessage(await settings())
        await relay(worker)
      }
    </script>`,
  'shared worker': `
    <script>
      start = async () => {
        const { port } = new SharedWorker('/shared-worker.js', { type: 'module' })
        port.postMessage(await settings())
        await relay(port)
      }
    </script>`,
}

const RELAY = `
  <script>
    relay = (port) => new Promise((resolve, reject) => {
      port.onmessage = ({ data }) => data === 'done' ? resolve() : report(data)
      port.onerror = reject
    })
  </script>`

/** Takes a message of the stream that its fragment names each 10 ms. */
const SLOW_LOOP = `
  <script src="/everysource.min.js"></script>
  <script type="module">
    for await (const _ of everysource.streamEvents(location.hash.slice(1))) await new Promise((r) => setTimeout(r, 10))
  </script>`

/** The path of the page that runs the suite in a place. */
export function pageOf(place: Place): string {
  return `/${place.replace(' ', '-')}.html`
}

/** Serves the pages, the suite and the script build. */
export async function suiteFiles(): Promise<Extra> {
  const files: Record<string, string> = {
    '/everysource.min.js': readFileSync(path('dist/everysource.min.js'), 'utf8'),
    '/suite.js': await bundled('test/browser/entry.ts', 'iife'),
    '/shared-worker.js': await bundled('test/browser/shared-worker.ts', 'esm'),
    '/worker.js': WORKER,
    '/slow-loop.html': SLOW_LOOP,
  }
  for (const place of PLACES)
    files[pageOf(place)] = `<!doctype html><meta charset="utf-8"><title>${place}</title>${RELAY}${PAGES[place]}`

  return serving(files)
}

/** Serves files by their paths: scripts, and pages. */
export function serving(files: Record<string, string>): Extra {
  return ({ url = '' }, response) => {
    const content = files[url]
    if (content === undefined) return false
    response.setHeader('Content-Type', url.endsWith('.js') ? 'text/javascript' : 'text/html')
    response.end(content)
    return true
  }
}

/** Bundles an entry for a browser; as a classic script it defines this global. */
export async function bundled(entry: string, format: 'iife' | 'esm', globalName = 'suite'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path(entry)],
    bundle: true,
    write: false as const,
    format,
    ...(format === 'iife' && { globalName }),
    target: 'es2022',
    logLevel: 'warning',
    plugins: [programsUnderTest],
  })
  return outputFiles[0]?.text ?? ''
}
