/** Of the streams of AI models. */

import { expect } from 'vitest'
import { json, stream, type Answer } from '../servers.ts'
import { EVERYWHERE, type Facts } from './fact.ts'

const KEY = 'sk-of-a-test'
const ENV = { API_KEY: KEY }

function piece(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
}

/** A message in the manner of Anthropic. */
function typed(type: string, rest: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`
}

function delta(text: string): string {
  return typed('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
}

function message(params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', ...params })
}

const HELLO = [
  typed('message_start', { message: { model: 'some-model' } }),
  typed('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  typed('ping'),
  delta('Hel'),
]

/** A server that is as far as `text` when the connection is reset. */
const broken =
  (text: string): Answer =>
  (response) => {
    stream(response, text)
    // What came before it must be on its way.
    setTimeout(() => response.destroy(), 100)
  }

export const CHATS: Facts = {
  'Streams of AI models: A chat in the manner of OpenAI': [
    {
      fact: 'prints the whole answer and ends, with one request',
      on: EVERYWHERE,
      run: async (stage) => {
        const server = await stage.serve((response) => {
          const last = `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: 'stop' }] })}\n\n`
          stream(response, `${piece('Hel')}${piece('lo')}${last}data: [DONE]\n\n`)
        })
        await stage.run({ 'https://api.example.com': server.origin }, ENV).ends({ output: 'Hello' })
        const [request] = server.requests
        expect(server.requests).toHaveLength(1)
        expect(request).toMatchObject({ method: 'POST', url: '/v1/chat/completions' })
        expect(request?.headers).toMatchObject({
          accept: 'text/event-stream',
          authorization: `Bearer ${KEY}`,
          'content-type': 'application/json',
        })
        expect(JSON.parse(request?.body ?? '')).toMatchObject({ stream: true, messages: [{ content: 'Say hello' }] })
      },
    },
    {
      fact: 'prints why it was refused',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          json(response, 401, { error: { message: 'Wrong key' } })
        })
        await stage.run({ 'https://api.example.com': server.origin }, ENV).ends({ errors: 'Wrong key\n' })
        expect(server.requests).toHaveLength(1)
      },
    },
    {
      fact: 'does not ask again when it is cut in the middle',
      on: EVERYWHERE,
      run: async (stage) => {
        const server = await stage.serve(broken(piece('Hel')))
        const program = stage.run({ 'https://api.example.com': server.origin }, ENV)
        await program.exits()
        expect(program).toMatchObject({ output: 'Hel', errors: expect.stringContaining('broke off') as string })
        expect(server.requests).toHaveLength(1)
      },
    },
  ],

  'Streams of AI models: A chat in the manner of Anthropic': [
    {
      fact: 'prints the whole answer and ends, with one request',
      on: EVERYWHERE,
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, [...HELLO, delta('lo'), typed('content_block_stop'), typed('message_stop')].join(''))
        })
        const program = stage.run({ 'https://api.example.com': server.origin }, ENV)
        await program.ends({ output: 'some-model\nHello' })
        expect(server.requests).toHaveLength(1)
        expect(server.requests[0]).toMatchObject({
          method: 'POST',
          headers: { 'x-api-key': KEY, 'anthropic-version': '2023-06-01' },
        })
      },
    },
    {
      fact: "prints the stream's own error, and ends",
      run: async (stage) => {
        const server = await stage.serve((response) => {
          const error = typed('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })
          stream(response, [...HELLO, error].join(''))
        })
        const program = stage.run({ 'https://api.example.com': server.origin }, ENV)
        await program.ends({ output: 'some-model\nHel', errors: 'Overloaded\n' })
      },
    },
    {
      fact: 'prints that it was cut in the middle',
      run: async (stage) => {
        const server = await stage.serve(broken(HELLO.join('')))
        const program = stage.run({ 'https://api.example.com': server.origin }, ENV)
        await program.exits()
        expect(program).toMatchObject({ errors: expect.stringContaining('broke off') as string })
      },
    },
    {
      fact: 'lives as long as there are pings, and no longer',
      run: async (stage) => {
        let pings = 0
        const server = await stage.serve((response) => {
          stream(response, HELLO.join(''))
          const timer = setInterval(() => {
            response.write(typed('ping'))
            if (++pings === 25) clearInterval(timer)
          }, 100)
        })
        const program = stage.run({ 'https://api.example.com': server.origin, '60_000': '2_000' }, ENV)
        await program.exits()
        expect(program.errors).toContain('silent for 2000 ms')
        expect(pings).toBe(25)
      },
    },
    {
      fact: 'does not send the key to where it is redirected',
      on: EVERYWHERE,
      run: async (stage) => {
        const elsewhere = await stage.serve((response) => {
          stream(response, typed('message_stop'))
        })
        const server = await stage.serve((response) => {
          response.writeHead(307, { Location: elsewhere.origin }).end()
        })
        const program = stage.run({ 'https://api.example.com': server.origin }, ENV)
        await program.exits()
        expect(program.errors).toContain('was redirected')
        expect(elsewhere.requests).toEqual([])
      },
    },
  ],

  'Streams of AI models: A stream of MCP': [
    {
      fact: 'is resumed by a GET, which has the last ID and no body',
      on: EVERYWHERE,
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
      fact: 'is not sent again before there is an ID',
      run: async (stage) => {
        const server = await stage.serve((response) => response.destroy())
        const program = stage.run({ 'https://mcp.example.com': server.origin }, { MCP_SESSION: 'of-a-test' })
        await program.exits()
        expect(program.errors).toContain('could not be reached')
        expect(server.requests).toHaveLength(1)
      },
    },
    {
      fact: 'may be answered with JSON',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          json(response, 200, { jsonrpc: '2.0', id: 1, result: { total: 2 } })
        })
        const program = stage.run({ 'https://mcp.example.com': server.origin }, { MCP_SESSION: 'of-a-test' })
        await program.ends({ output: 'result { total: 2 }\n' })
      },
    },
  ],
}
