/** The places in a browser where the suite runs, and the pages and scripts for them. */

import { build, type Plugin } from 'esbuild'
import type { Extra } from '../server/server.ts'
import { path, programsUnderTest } from '../conformance/bundle.ts'
import { checkBundle, readBuild } from '../conformance/which-build.ts'

export type Place = 'page' | 'dedicated worker' | 'shared worker' | 'service worker'
export const PLACES: Place[] = ['page', 'dedicated worker', 'shared worker', 'service worker']

/** Results are sent to the server by the page, so the suite does not depend on the browser's driver. */
const PAGE = `
  <script>
    const RUN = location.hash.slice(1)
    const post = (what, text) => fetch(\`/runs/\${RUN}/\${what}\`, { method: 'POST', body: text })
    const settings = async () => (await fetch(\`/runs/\${RUN}/settings\`)).json()
    const results = []
    const report = (result) => results.push(result)
    const send = () => results.length > 0 ? post('results', JSON.stringify(results.splice(0))) : undefined
    const relay = (port) => new Promise((resolve, reject) => {
      port.onmessage = ({ data }) => data === 'done' ? resolve() : report(data)
      port.onerror = ({ message }) => reject(new Error(message))
    })
    onload = async () => {
      const sending = setInterval(send, 500)
      try {
        await start()
        clearInterval(sending)
        await send()
        await post('end', '')
      } catch (error) {
        await post('end', String(error))
      }
    }
  </script>`

const PLACE_PAGES: Record<Place, string> = {
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
  'service worker': `
    <script>
      start = async () => {
        await navigator.serviceWorker.register('/service-worker.js')
        const { active } = await navigator.serviceWorker.ready
        const { port1, port2 } = new MessageChannel()
        active.postMessage(await settings(), [port2])
        const event = setInterval(() => active.postMessage('keep alive'), 5_000)
        await relay(port1)
        clearInterval(event)
      }
    </script>`,
}

const WORKER = `
importScripts('/everysource.min.js', '/suite.js')
onmessage = ({ data }) => suite.run(data, everysource, postMessage).then(() => postMessage('done'))
`

/** A service worker stays alive while it waits in an event, and for a limited time after the last event. */
const SERVICE_WORKER = `
importScripts('/everysource.min.js', '/suite.js')
let running
onmessage = (event) => {
  const [port] = event.ports
  const report = (result) => port.postMessage(result)
  if (port) running = suite.run(event.data, everysource, report).then(() => report('done'))
  event.waitUntil(running)
}
`

/** Takes one message every 10 ms from the stream in the URL fragment. */
const SLOW_LOOP = `
  <script src="/everysource.min.js"></script>
  <script type="module">
    for await (const _ of everysource.streamEvents(location.hash.slice(1))) await new Promise((r) => setTimeout(r, 10))
  </script>`

/** The path of the page that runs the suite in a place. */
export function pageOf(place: Place): string {
  return `/${place.replace(' ', '-')}.html`
}

/** The pages, the suite and the script build, by path. */
export async function suiteFiles(): Promise<Record<string, string>> {
  const files: Record<string, string> = {
    '/everysource.min.js': readBuild(path('dist/everysource.min.js'), 'browser'),
    '/suite.js': await bundled('test/browser/entry.ts', 'iife'),
    '/shared-worker.js': await bundled('test/browser/shared-worker.ts', 'esm'),
    '/worker.js': WORKER,
    '/service-worker.js': SERVICE_WORKER,
    '/slow-loop.html': SLOW_LOOP,
    '/everysource.html': '<!doctype html><script src="/everysource.min.js"></script>',
  }
  for (const place of PLACES) {
    files[pageOf(place)] = `<!doctype html><meta charset="utf-8"><title>${place}</title>${PAGE}${PLACE_PAGES[place]}`
  }
  return files
}

/** Serves scripts and pages by path. */
export function serving(files: Record<string, string>): Extra {
  return ({ url = '' }, response) => {
    const content = files[url]
    if (content === undefined) return false
    response.setHeader('Content-Type', url.endsWith('.js') ? 'text/javascript' : 'text/html')
    response.end(content)
    return true
  }
}

/** Replaces files of the default build, which the benchmarks import, with those of the browser build. */
const browserBuild: Plugin = {
  name: 'browser-build',
  setup({ onResolve }) {
    onResolve({ filter: /\/dist\/[\w-]+\.js$/ }, ({ path: file }) => ({
      path: path(file.replace(/.*\/dist\//, 'dist/browser/')),
    }))
  },
}

/** Bundles an entry point for browsers with the browser build. A classic script defines the given global. */
export async function bundled(entry: string, format: 'iife' | 'esm', globalName = 'suite'): Promise<string> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: path('.'),
    entryPoints: [path(entry)],
    metafile: true,
    bundle: true,
    write: false as const,
    format,
    ...(format === 'iife' && { globalName }),
    target: 'es2022',
    logLevel: 'warning',
    plugins: [programsUnderTest, browserBuild],
  })
  checkBundle(metafile, 'browser')
  return outputFiles[0]?.text ?? ''
}
