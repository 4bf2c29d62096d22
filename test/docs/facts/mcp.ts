/** The Model Context Protocol. */

import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { build } from 'esbuild'
import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import { replaced } from '../blocks.ts'
import { json, stream } from '../servers.ts'
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

/** Responses of an MCP server. */
const RESULTS: Record<string, object> = {
  initialize: {
    protocolVersion: '2024-11-05',
    capabilities: { tools: {} },
    serverInfo: { name: 'of a test', version: '1.0.0' },
  },
  'tools/list': { tools: [{ name: 'add', inputSchema: { type: 'object' } }] },
}

export const MCP: Facts = {
  // test/consumers runs the actual npm override, and the SDK with it.
  'With the SDK': [
    {
      fact: "overrides the SDK's dependency",
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
      fact: "lists the server's tools with the token and exits",
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
        // Simulates npm's override.
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
  'Without the SDK': [
    {
      fact: 'resumes with a GET that has the last ID and no body',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          const progress = (id: number): string =>
            `id: ${id}\ndata: ${message({ method: 'notifications/progress', params: { progress: id } })}\n\n`
          if (n === 1) {
            stream(response)
            response.end(`id: 0\nretry: 100\ndata:\n\n${progress(1)}`)
          } else {
            stream(response, `${progress(2)}id: 3\ndata: ${message({ id: 1, result: { total: 2 } })}\n\n`)
          }
        })
        const program = stage.run({ 'https://mcp.example.com': server.origin }, { MCP_SESSION: 'of-a-test' })
        await program.exits()
        expect(program.output.match(/progress: \d|total: \d/g)).toEqual(['progress: 1', 'progress: 2', 'total: 2'])
        expect(program.errors).toBe('')
        const [first, second] = server.requests
        expect(server.requests).toHaveLength(2)
        expect(first).toMatchObject({ method: 'POST', headers: { accept: 'application/json, text/event-stream' } })
        expect(JSON.parse(first?.body ?? '')).toMatchObject({ method: 'tools/call' })
        expect(second).toMatchObject({
          method: 'GET',
          body: '',
          headers: { accept: 'text/event-stream', 'last-event-id': '1', 'mcp-session-id': 'of-a-test' },
        })
        expect(second?.headers).not.toHaveProperty('content-type')
      },
    },
    {
      fact: 'is not retried before there is an ID',
      run: async (stage) => {
        const server = await stage.serve((response) => response.destroy())
        const program = stage.run({ 'https://mcp.example.com': server.origin }, { MCP_SESSION: 'of-a-test' })
        await program.exits()
        expect(program.errors).toContain('could not be reached')
        expect(server.requests).toHaveLength(1)
      },
    },
    {
      fact: 'accepts a JSON response',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          json(response, 200, { jsonrpc: '2.0', id: 1, result: { total: 2 } })
        })
        const program = stage.run({ 'https://mcp.example.com': server.origin }, { MCP_SESSION: 'of-a-test' })
        await program.ends({ output: 'result { total: 2 }\n' })
      },
    },
    {
      fact: 'accepts a JSON response of any size at any speed',
      run: async (stage) => {
        const text = 'x'.repeat(100_000)
        const server = await stage.serve((response) => {
          response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).flushHeaders()
          setTimeout(() => response.end(message({ id: 1, result: { text } })), 500)
        })
        const program = stage.run({ 'https://mcp.example.com': server.origin }, { MCP_SESSION: 'of-a-test' })
        await program.exits()
        // The console shows the first 10,000 characters.
        expect(program.output).toMatch(/90000 more characters|x{100000}/)
      },
    },
    {
      fact: 'prints the problem if the response is neither',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          json(response, 400, { error: 'no session' })
        })
        const program = stage.run({ 'https://mcp.example.com': server.origin }, { MCP_SESSION: 'of-a-test' })
        await program.exits()
        expect(program.errors).toContain('status 400')
      },
    },
  ],
}
