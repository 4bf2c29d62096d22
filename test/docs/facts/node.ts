/** Facts about docs/guides/node.md. */

import { expect } from 'vitest'
import { until } from '../program.ts'
import { stream } from '../servers.ts'
import { NODE_24, type Facts } from './fact.ts'

const API = 'https://api.example.com'

export const NODE: Facts = {
  'At the top': [
    {
      fact: 'names the package',
      run: ({ block }) => {
        expect(block.text).toBe('npm install everysource\n')
      },
    },
  ],
  'A complete script': [
    {
      fact: 'survives a 503, resumes after a restart, and exits when interrupted',
      run: async (stage) => {
        const server = await stage.serve((response, { headers }, n) => {
          if (n === 2) {
            response.writeHead(503, { 'Retry-After': '0' }).end()
            return
          }
          const next = Number(headers['last-event-id'] ?? 0) + 1
          stream(response, `retry: 100\nid: ${next}\ndata: message ${next}\n\n`)
          if (n === 1) response.end()
        })
        const program = stage.run({ [API]: server.origin })
        await program.prints('message 1\nmessage 2\n')
        // Errors are printed through another pipe.
        await until(() => {
          expect(program.errors).toMatch(
            /^connected\n.* has ended\nretrying in 0 s\n.* 503.*\nretrying in 0 s\nconnected\n$/,
          )
        })
        await until(() => {
          expect(stage.read('last-event-id')).toBe('2')
        })
        program.interrupt()
        await program.exits()
        expect(program.code).toBe(0)
        const second = stage.run({ [API]: server.origin })
        await second.prints('message 3\n')
        second.interrupt()
        await second.exits()
      },
    },
    {
      fact: 'exits with a code when the error is final',
      run: async (stage) => {
        const server = await stage.serve((response) => response.writeHead(404).end())
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program).toMatchObject({ code: 1, errors: expect.stringContaining('status 404') as string })
      },
    },
  ],
  'Start from an event ID': [
    {
      fact: 'resumes after the last ID when it is started again',
      run: async (stage) => {
        const server = await stage.serve((response, { headers }) => {
          const last = Number(headers['last-event-id'] ?? 0)
          stream(response, [1, 2].map((n) => `id: ${last + n}\ndata: message ${last + n}\n\n`).join(''))
        })
        const first = stage.run({ [API]: server.origin })
        await first.prints('message 1\nmessage 2\n')
        // The program saves the ID after it prints.
        await until(() => {
          expect(stage.read('last-event-id')).toBe('2')
        })
        first.kill()
        await stage.run({ [API]: server.origin }).prints('message 3\nmessage 4\n')
        expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2'])
      },
    },
  ],

  'Cancel with an AbortSignal': [
    {
      fact: 'closes after the timeout, and the program exits',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'data: here\n\n')
        })
        await stage.run({ [API]: server.origin, '10_000': '5_000' }).ends({ output: 'here\n' })
      },
    },
  ],

  'Close a source automatically': [
    {
      fact: 'closes when the block is left, and the program exits',
      on: [NODE_24, { runtime: 'node26' }, { runtime: 'deno' }, { runtime: 'bun' }],
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'data: here\n\ndata: there\n\n')
        })
        await stage.run({ [API]: server.origin }).ends({ output: 'here\n' })
      },
    },
    {
      fact: 'throws when the connection fails',
      run: async (stage) => {
        const server = await stage.serve((response) => response.writeHead(404).end())
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program.errors).toMatch(/ConnectionError: .* status 404/)
      },
    },
  ],
}
