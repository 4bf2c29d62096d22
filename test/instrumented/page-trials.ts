/** The common facts in a page of Chromium, with a tool that patches its `fetch`. */

import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { build } from 'esbuild'
import type { CDPSession, Page } from 'playwright-core'
import type * as everysourceModule from '../../dist/index.js'
import { path } from '../conformance/bundle.ts'
import { withPage } from '../consumers/browser.ts'
import type { Trial } from '../consumers/clients/client.ts'
import { numbered, serve, type Handler, type StreamServer } from '../consumers/clients/server.ts'
import { large, STREAM_HEADERS } from './support.ts'
import type { CommonName } from './trials.ts'

/** Global in the page. */
declare const everysource: typeof everysourceModule
declare global {
  // Assigned and read in pages.
  var references: WeakRef<object>[]
  var clones: number
}

/** Chromium logs refused requests and dropped connections. */
const LOGGED = /Failed to load resource|ERR_/

const SIZE = 64 * 2 ** 20

/** Counts clones before the tool is loaded. */
const PAGE = `<!doctype html><script>
  globalThis.clones = 0
  for (const [prototype, name] of [[Response.prototype, 'clone'], [ReadableStream.prototype, 'tee']]) {
    const original = prototype[name]
    prototype[name] = function () {
      globalThis.clones++
      return original.call(this)
    }
  }
</script><script src="/tool.js"></script><script src="/everysource.js"></script>`

export interface Tried {
  page: Page
  server: StreamServer
}

/** Opens a page with the tool, on a server whose `/stream` has this handler. */
export async function inPage(tool: string, handler: Handler, use: (tried: Tried) => Promise<void>): Promise<void> {
  const [name = '', hash = ''] = tool.split('#')
  const script = await bundled(name)
  await using server = await serve((request, response, streams) => {
    const { url } = request
    if (url === '/stream') return handler(request, response, streams)
    if (url === '/tool.js') return response.end(script)
    if (url === '/everysource.js') return createReadStream(path('dist/everysource.min.js')).pipe(response)
    if (url === '/page') {
      response.writeHead(200, { 'Content-Type': 'text/html' })
      return response.end(PAGE)
    }
    // An icon, or a report of the tool.
    return response.end()
  })
  await withPage(`${server.origin}/page#${hash}`, (page) => use({ page, server }), LOGGED)
}

const bundles = new Map<string, Promise<Uint8Array>>()

function bundled(name: string): Promise<Uint8Array> {
  const started = bundles.get(name) ?? bundle(name)
  bundles.set(name, started)
  return started
}

async function bundle(name: string): Promise<Uint8Array> {
  const entryPoints = [path(`test/instrumented/page/${name}.ts`)]
  const { outputFiles } = await build({ entryPoints, bundle: true, write: false, format: 'iife', platform: 'browser' })
  assert.ok(outputFiles[0])
  return outputFiles[0].contents
}

/** The requests of streams. */
export function streamRequests({ requests }: StreamServer): StreamServer['requests'] {
  return requests.filter(({ url }) => url === '/stream')
}

/** Reads four messages with a loop and with a source, from a server that sends two per connection. */
export async function dropInPage({ page, server }: Tried): Promise<string[]> {
  await page.exposeFunction('drop', () => {
    server.drop()
  })
  return page.evaluate(async () => {
    const drop = (globalThis as unknown as { drop(): Promise<void> }).drop
    const ids: string[] = []
    for await (const { lastEventId } of everysource.streamEvents('/stream', { reconnect: true })) {
      ids.push(lastEventId)
      if (lastEventId === '2') await drop()
      if (lastEventId === '4') break
    }
    const source = new everysource.EventSource('/stream')
    await new Promise<void>((resolve) => {
      source.onmessage = ({ lastEventId }) => {
        ids.push(lastEventId)
        if (lastEventId === '2') void drop()
        if (lastEventId === '4') resolve()
      }
    })
    source.close()
    return ids
  })
}

/** Bytes of the page's heap and buffers, after a garbage collection. Chromium keeps native clones elsewhere. */
async function memoryOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize } = (await session.send('Runtime.getHeapUsage')) as Record<string, number>
  return (usedSize ?? 0) + (backingStorageSize ?? 0)
}

const COMMON: [CommonName, (tool: string) => Promise<void>][] = [
  [
    'messages arrive one by one',
    (tool) =>
      inPage(tool, first, async ({ page, server }) => {
        await page.exposeFunction('send', (data: number) => {
          for (const response of server.open) response.write(`data: ${data}\n\n`)
        })
        await page.evaluate(async () => {
          const send = (globalThis as unknown as { send(data: number): Promise<void> }).send
          for await (const { data } of everysource.streamEvents('/stream')) {
            if (data === '4') break
            await send(Number(data) + 1)
          }
        })
        await server.until(({ open }) => open.size === 0, 'the loop has closed its stream')
        await page.evaluate(async () => {
          const send = (globalThis as unknown as { send(data: number): Promise<void> }).send
          const source = new everysource.EventSource('/stream')
          await new Promise<void>((resolve) => {
            source.onmessage = ({ data }) => {
              if (data === '4') resolve()
              else void send(Number(data) + 1)
            }
          })
          source.close()
        })
      }),
  ],
  [
    'a dropped connection resumes',
    (tool) =>
      inPage(tool, numbered(2), async (tried) => {
        assert.deepEqual(await dropInPage(tried), ['1', '2', '3', '4', '1', '2', '3', '4'])
        assert.deepEqual(
          streamRequests(tried.server).map(({ headers }) => headers['last-event-id']),
          [undefined, '2', undefined, '2'],
        )
      }),
  ],
  [
    'closing frees the server',
    (tool) =>
      inPage(tool, numbered(), async ({ page, server }) => {
        for (const way of ['close', 'break', 'abort']) {
          await page.evaluate(async (way) => {
            const controller = new AbortController()
            if (way === 'close') {
              const source = new everysource.EventSource('/stream')
              await new Promise((received) => (source.onmessage = received))
              source.close()
            } else if (way === 'break') for await (const _ of everysource.streamEvents('/stream')) break
            else {
              const loop = everysource.streamEvents('/stream', { signal: controller.signal })
              try {
                for await (const _ of loop) controller.abort()
              } catch {
                // The signal's reason.
              }
            }
          }, way)
          await server.until(({ open }) => open.size === 0, `${way} closes the stream`)
        }
        assert.equal(streamRequests(server).length, 3)
      }),
  ],
  [
    'a stream is neither cloned nor kept',
    (tool) =>
      inPage(tool, large(SIZE), async ({ page }) => {
        const session = await page.context().newCDPSession(page)
        const before = await memoryOf(session)
        // With the stream still open, because a tool may hold its copy as long as that.
        await page.evaluate(async () => {
          const source = new everysource.EventSource('/stream')
          await new Promise((received) => {
            source.addEventListener('last', received)
          })
        })
        const growth = (await memoryOf(session)) - before
        assert.ok(growth < SIZE / 4, `the page has grown by ${growth} bytes`)
        assert.equal(await page.evaluate(() => globalThis.clones), 0, 'a response was cloned')
      }),
  ],
  [
    'a closed response is released',
    (tool) =>
      inPage(tool, numbered(), async ({ page, server }) => {
        await page.evaluate(async () => {
          globalThis.references = []
          const fetch: everysourceModule.FetchLike = async (...args) => {
            const response = await globalThis.fetch(...args)
            globalThis.references.push(new WeakRef(response), new WeakRef(args[1].signal))
            return response
          }
          for await (const _ of everysource.streamEvents('/stream', { fetch })) break
        })
        await server.until(({ open }) => open.size === 0, 'the stream is closed')
        const session = await page.context().newCDPSession(page)
        let kept: unknown[] = []
        for (let check = 0; check < 50; check++) {
          await session.send('HeapProfiler.collectGarbage')
          kept = await page.evaluate(() =>
            globalThis.references.flatMap((reference) => reference.deref()?.constructor.name ?? []),
          )
          if (kept.length === 0) return
        }
        assert.deepEqual(kept, [])
      }),
  ],
  [
    'errors are of the class `ConnectionError`',
    (tool) =>
      inPage(
        tool,
        (_, response) => response.writeHead(401).end('no'),
        async ({ page }) => {
          const errors = await page.evaluate(async () => {
            const source = new everysource.EventSource('/stream')
            const event = await new Promise<{ error?: unknown }>((received) => (source.onerror = received))
            const { readyState } = source
            try {
              for await (const _ of everysource.streamEvents('/stream')) break
            } catch (thrown) {
              return [event.error, thrown].map((error) => {
                const { reason, status, body } = error as everysourceModule.ConnectionError
                return { reason, status, body, readyState, isOurs: error instanceof everysource.ConnectionError }
              })
            }
            return []
          })
          const error = { reason: 'status', status: 401, body: 'no', readyState: 2, isOurs: true }
          assert.deepEqual(errors, [error, error])
        },
      ),
  ],
]

const first: Handler = (_, response) => {
  response.writeHead(200, STREAM_HEADERS)
  response.write('data: 1\n\n')
}

/** A tool that clones each stream, with the name of this fact. Closing frees the server nevertheless. */
export function cloneTrial(tool: string, name: string): Trial {
  return {
    name,
    run: () =>
      inPage(tool, numbered(), async ({ page, server }) => {
        await page.evaluate(async () => {
          for await (const _ of everysource.streamEvents('/stream')) break
        })
        await server.until(({ open }) => open.size === 0, 'the stream is closed')
        assert.equal(await page.evaluate(() => globalThis.clones), 1)
      }),
  }
}

/** The common trials in a page with the tool, except those with a name in `without`. */
export function commonPageTrials(tool: string, without: CommonName[] = []): Trial[] {
  return COMMON.filter(([name]) => !without.includes(name)).map(([name, run]) => ({ name, run: () => run(tool) }))
}
