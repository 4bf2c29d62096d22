/** Facts about docs/guides/nginx.md. */

import { expect } from 'vitest'
import { missing, NGINX as BINARY, Proxy } from '../../servers/proxy.ts'
import { blockOf } from '../blocks.ts'
import { stream } from '../servers.ts'
import { startProgram } from '../start-program.ts'
import type { Stage } from '../stage.ts'
import type { Facts } from './fact.ts'

const API = 'https://api.example.com'
const PAGE = 'docs/guides/nginx.md'

/** nginx with this configuration in front of a server. */
async function startNginx(stage: Stage, text: string, port: number): Promise<string> {
  const proxy = await Proxy.nginx((own) =>
    text.replaceAll('127.0.0.1:8000', `127.0.0.1:${port}`).replace('listen 80;', `listen 127.0.0.1:${own};`),
  )
  stage.cleanUp(() => void proxy.stop())
  return `http://127.0.0.1:${proxy.port}`
}

const without = missing(BINARY)

export const NGINX: Facts = {
  'At the top': [
    {
      fact: 'passes each message on at once',
      without,
      run: async (stage) => {
        let resume = (): void => undefined
        const server = await stage.serve((response) => {
          stream(response, 'data: first\n\n')
          resume = () => response.write('data: second\n\n')
        })
        const origin = await startNginx(stage, stage.block.text, Number(new URL(server.origin).port))
        const curl = stage.command(['curl', '-sN', `${origin}/events`])
        await curl.prints('data: first\n\n')
        resume()
        await curl.prints('data: second\n\n')
        // HTTP/1.0 would send `close`, and nginx would buffer a short stream.
        expect(server.requests[0]?.headers.connection).not.toBe('close')
      },
    },
    {
      fact: 'buffers without that location',
      without,
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'data: first\n\n')
          setTimeout(() => response.end('data: second\n\n'), 500)
        })
        const text = stage.block.text.replace(/ {4}location \/events \{[^}]*\}\n/, '')
        expect(text).not.toContain('proxy_buffering')
        const origin = await startNginx(stage, text, Number(new URL(server.origin).port))
        const began = performance.now()
        const response = await fetch(`${origin}/events`)
        expect(performance.now() - began).toBeGreaterThan(400)
        expect(await response.text()).toContain('second')
      },
    },
  ],
  'Check that it works': [
    {
      fact: 'prints the same text twice',
      without,
      run: async (stage) => {
        const { port } = await startProgram(stage, blockOf(PAGE, "If you can't change nginx's configuration"), {
          '60_000': '100',
        })
        const origin = await startNginx(stage, blockOf(PAGE, 'At the top').text, port)
        // The second command runs when the first has printed a few messages.
        const program = stage.run({
          'curl -N http://localhost:8000/events': `curl -sN http://127.0.0.1:${port}/events | head -4; echo then`,
          'http://localhost/': `${origin}/`,
        })
        await program.prints('then\n:\n\ndata: ')
        expect(program.output).toMatch(/^:\n\ndata: .*\n\nthen\n:\n\ndata: /)
      },
    },
  ],
  "If you can't change nginx's configuration": [
    {
      fact: 'passes each message through an unconfigured nginx, and comments before the first',
      without,
      run: async (stage) => {
        // Even a busy machine that skips some comments sends two before the message.
        const times = { '60_000': '2_000', '15_000': '100' }
        const { port } = await startProgram(stage, stage.block, times)
        const plain = `server { listen 80; location / { proxy_pass http://127.0.0.1:8000; } }`
        const curl = stage.command(['curl', '-sN', await startNginx(stage, plain, port)])
        await curl.prints('data: ')
        expect(curl.output).toMatch(/^:\n\n:\n\n/)
      },
    },
  ],
  'Reconnect while the server restarts': [
    {
      fact: 'retries after the Retry-After until the server is back',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          if (n <= 3) response.writeHead(503, { 'Retry-After': n === 1 ? '1' : '0' }).end()
          else stream(response, 'data: here\n\n')
        })
        const program = stage.run({ [API]: server.origin })
        await program.prints('here\n')
        const waits = Array.from(program.errors.matchAll(/503, .* Retrying in (\d+) ms$/gm), ([, wait]) => wait)
        expect(waits).toEqual(['1000', '200', '400'])
        expect(server.requests).toHaveLength(4)
      },
    },
    {
      fact: 'does not retry another status',
      run: async (stage) => {
        const server = await stage.serve((response) => response.writeHead(500).end())
        await stage.run({ [API]: server.origin }).exits()
        expect(server.requests).toHaveLength(1)
      },
    },
  ],
}
