/** Facts about docs/guides/workers.md: bundled like Cloudflare's tools do it, and run in miniflare, which runs workerd. */

import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { build } from 'esbuild'
import { expect } from 'vitest'
import { streamEvents } from '../../../src/index.ts'
import { path } from '../../conformance/bundle.ts'
import { PROGRAMS } from '../../conformance/programs-doc.ts'
import { missing } from '../../runtimes/list.ts'
import { replaced } from '../blocks.ts'
import { until } from '../program.ts'
import { stream } from '../servers.ts'
import type { Stage } from '../stage.ts'
import type { Facts } from './fact.ts'

interface Miniflare {
  ready: Promise<URL>
  dispose: () => Promise<void>
}

const without = missing([path('test/runtimes/node_modules/miniflare/package.json')])

/** Starts the block as a Worker that relays this source. */
async function startWorker(stage: Stage, source: string): Promise<string> {
  stage.write('relay.ts', readFileSync(path(`${PROGRAMS}/relay.ts`), 'utf8'))
  stage.write('worker.ts', replaced(stage.block.text, { 'https://api.example.com': source }))
  const { outputFiles } = await build({
    absWorkingDir: stage.folder,
    entryPoints: ['worker.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
  })
  const require = createRequire(path('test/runtimes/package.json'))
  const { Miniflare } = require('miniflare') as { Miniflare: new (options: object) => Miniflare }
  const miniflare = new Miniflare({
    modules: true,
    script: outputFiles[0]?.text,
    compatibilityDate: '2026-07-01',
    bindings: { API_KEY: 'of-a-test' },
    host: '127.0.0.1',
    port: 0,
  })
  stage.cleanUp(() => void miniflare.dispose())
  return (await miniflare.ready).href
}

export const WORKERS: Facts = {
  'The Worker': [
    {
      fact: 'relays each event as it arrives, with the key and the last ID, until the client disconnects',
      without,
      run: async (stage) => {
        const open = new Set<ServerResponse>()
        const server = await stage.serve((response) => {
          open.add(response)
          response.once('close', () => open.delete(response))
          stream(response, 'id: 8\nevent: note\ndata: two\ndata: lines\n\n')
        })
        const url = await startWorker(stage, server.origin)
        const seen: object[] = []
        for await (const event of streamEvents(url, { lastEventId: '7' })) {
          seen.push(event)
          // The second is not sent before the first has come through.
          for (const response of open) response.write('data: then\n\n')
          if (seen.length === 2) break
        }
        expect(seen).toEqual([
          { type: 'note', data: 'two\nlines', id: '8', lastEventId: '8' },
          { type: 'message', data: 'then', lastEventId: '8' },
        ])
        expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer of-a-test', 'last-event-id': '7' })
        // workerd may notice only at the next event that the client has disconnected.
        await until(() => {
          for (const response of open) response.write('data: more\n\n')
          expect(open.size).toBe(0)
        })
      },
    },
    {
      fact: 'relays comments and retry, even before the first event',
      without,
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'retry: 1234\n')
          response.write(': alive\n')
        })
        const url = await startWorker(stage, server.origin)
        const reader = (await fetch(url)).body?.pipeThrough(new TextDecoderStream()).getReader()
        let text = ''
        while (!text.includes(': alive\n\n')) text += (await reader?.read())?.value ?? ''
        expect(text).toContain('retry: 1234\n\n')
        await reader?.cancel()
      },
    },
    {
      fact: 'relays a POST with its body',
      without,
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'data: an answer\n\n')
          response.end()
        })
        const url = await startWorker(stage, server.origin)
        const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"prompt":"Why?"}' }
        for await (const { data } of streamEvents(url, init)) expect(data).toBe('an answer')
        expect(server.requests).toMatchObject([
          { method: 'POST', body: init.body, headers: { 'content-type': 'application/json' } },
        ])
      },
    },
    {
      fact: 'responds with 204 if the source does, and with 502 if the source refuses',
      without,
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => response.writeHead(n === 1 ? 204 : 500).end())
        const url = await startWorker(stage, server.origin)
        expect([(await fetch(url)).status, (await fetch(url)).status]).toEqual([204, 502])
      },
    },
  ],
}
