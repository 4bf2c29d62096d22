/** Facts about docs/guides/mcp.md. */

import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { build } from 'esbuild'
import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import { replaced } from '../blocks.ts'
import { stream } from '../servers.ts'
import { type Facts } from './fact.ts'

interface Manifest {
  dependencies: Record<string, string>
  overrides: Record<string, string>
}

function message(params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', ...params })
}

function manifestOf(text: string): Manifest {
  return JSON.parse(text) as Manifest
}

/** Results by method. */
const RESULTS: Record<string, object> = {
  initialize: {
    protocolVersion: '2024-11-05',
    capabilities: { tools: {} },
    serverInfo: { name: 'of a test', version: '1.0.0' },
  },
  'tools/list': { tools: [{ name: 'add', inputSchema: { type: 'object' } }] },
}

export const MCP: Facts = {
  // test/consumers tests the override with npm, and the SDK.
  'With the SDK': [
    {
      fact: 'replaces the dependency of the SDK',
      run: ({ block }) => {
        const { dependencies, overrides } = manifestOf(block.text)
        const folder = 'test/consumers/node_modules/@modelcontextprotocol/sdk'
        const sdk = JSON.parse(readFileSync(path(`${folder}/package.json`), 'utf8')) as Manifest & { version: string }
        expect(dependencies['@modelcontextprotocol/sdk']).toBe(`^${sdk.version}`)
        expect(Object.keys(overrides)).toEqual(['eventsource'])
        expect(sdk.dependencies).toHaveProperty('eventsource')
        expect(overrides.eventsource).toBe(`npm:everysource@${dependencies.everysource}`)
      },
    },
  ],
  'With the SDK (2)': [
    {
      fact: "lists the server's tools, sends the token, and exits",
      run: async (stage) => {
        const server = await stage.serve((response, { method, url, body }) => {
          if (method === 'GET') {
            events = response
            stream(response, 'event: endpoint\ndata: /messages\n\n')
            return
          }
          expect(url).toBe('/messages')
          response.writeHead(202).end()
          const { id, method: asked } = JSON.parse(body) as { id?: number; method: string }
          const result = RESULTS[asked]
          if (result) events?.write(`event: message\ndata: ${message({ id, result })}\n\n`)
        })
        let events: ServerResponse | undefined
        const headers = `eventSourceInit: { headers: { 'X-Of-The-Source': 'unsent' },`
        const replacements = { 'https://mcp.example.com': server.origin, 'eventSourceInit: {': headers }
        stage.write('app.js', replaced(stage.block.text, replacements))
        // As npm's override does.
        const alias = { eventsource: 'everysource' }
        await build({
          absWorkingDir: stage.folder,
          entryPoints: ['app.js'],
          outfile: `${stage.folder}/bundle.js`,
          bundle: true,
          platform: 'node',
          format: 'esm',
          alias,
          nodePaths: [`${stage.folder}/../node_modules`],
        })
        const program = stage.runFile('start.js', `import './bundle.js'`, { MCP_TOKEN: 'of-a-test' })
        await program.ends({ output: "[ 'add' ]\n" })
        expect(server.requests[0]?.headers).toMatchObject({
          accept: 'text/event-stream',
          authorization: 'Bearer of-a-test',
        })
        expect(server.requests[0]?.headers).not.toHaveProperty('x-of-the-source')
        expect(stage.read('bundle.js')).toContain('fromReadableStream')
      },
    },
  ],
}
