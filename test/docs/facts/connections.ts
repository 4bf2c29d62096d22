/** Of staying connected, and of ending. */

import { expect } from 'vitest'
import { stream, type TestServer } from '../servers.ts'
import { until } from '../stage.ts'
import { EVERYWHERE, NODE_24, type Facts } from './fact.ts'

const API = 'https://api.example.com'

function tokensOf({ requests }: TestServer): (string | undefined)[] {
  return requests.filter(({ url }) => url === '/events').map(({ headers }) => headers.authorization)
}

export const CONNECTIONS: Facts = {
  'Staying connected: A token that expires': [
    {
      fact: 'goes on with a fresh token, one request for each attempt',
      on: EVERYWHERE,
      run: async (stage) => {
        let issued = 0
        const valid = new Set<string>()
        const server = await stage.serve((response, { url, headers }) => {
          if (url === '/token') {
            valid.add(`Bearer ${++issued}`)
            response.end(String(issued))
          } else if (valid.delete(headers.authorization ?? '')) {
            // Each is good for one connection.
            stream(response)
            response.end(`retry: 100\ndata: by token ${issued}\n\n`)
          } else {
            response.writeHead(401).end()
          }
        })
        const program = stage.run({ [API]: server.origin })
        await program.prints('by token 1\nby token 2\nby token 3\n')
        expect(tokensOf(server).slice(0, 5)).toEqual(['Bearer 1', 'Bearer 1', 'Bearer 2', 'Bearer 2', 'Bearer 3'])
        expect(program.errors).toContain('status 401')
      },
    },
    {
      fact: 'gives up when no token is good',
      run: async (stage) => {
        let issued = 0
        const server = await stage.serve((response, { url }) => {
          if (url === '/token') response.end(String(++issued))
          else response.writeHead(401).end()
        })
        await stage.run({ [API]: server.origin }).exits()
        expect(tokensOf(server)).toEqual(['Bearer 1', 'Bearer 2', 'Bearer 3', 'Bearer 4'])
      },
    },
  ],

  'Staying connected: A proxy that answers 503 for a minute': [
    {
      fact: 'is asked again after as long as it says, until it answers',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          if (n <= 3) response.writeHead(503, { 'Retry-After': n === 1 ? '1' : '0' }).end()
          else stream(response, 'data: here\n\n')
        })
        const program = stage.run({ [API]: server.origin })
        await program.prints('here\n')
        expect(program.errors.match(/503 .* \d+$/gm)?.map((line) => line.split(' ').at(-1))).toEqual([
          '1000',
          '200',
          '400',
        ])
        expect(server.requests).toHaveLength(4)
      },
    },
    {
      fact: 'fails for good when it answers something else',
      run: async (stage) => {
        const server = await stage.serve((response) => response.writeHead(500).end())
        await stage.run({ [API]: server.origin }).exits()
        expect(server.requests).toHaveLength(1)
      },
    },
  ],

  'Staying connected: Silence, sleep and dead networks': [
    {
      fact: 'comes back after silence',
      on: EVERYWHERE,
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          if (n !== 2) stream(response, `retry: 100\ndata: ${n}\n\n`)
        })
        const program = stage.run({ [API]: server.origin, '10_000': '2_000', '45_000': '2_000' })
        await program.prints('1\n3\n')
        expect(program.errors).toMatch(/^timeout [\d.]+\ntimeout [\d.]+\n/)
      },
    },
    {
      fact: 'stays where comments come',
      run: async (stage) => {
        let comments = 0
        const server = await stage.serve((response) => {
          stream(response, 'data: 1\n\n')
          setInterval(() => {
            response.write(':\n')
            if (++comments === 25) response.write('data: 2\n\n')
          }, 100).unref()
        })
        const program = stage.run({ [API]: server.origin, '45_000': '2_000' })
        await program.prints('1\n2\n')
        expect(program.errors).toBe('')
        expect(server.requests).toHaveLength(1)
      },
    },
  ],

  'Staying connected: From where it left off': [
    {
      fact: 'goes on after the last ID when it is started again',
      on: EVERYWHERE,
      run: async (stage) => {
        const server = await stage.serve((response, { headers }) => {
          const last = Number(headers['last-event-id'] ?? 0)
          stream(response, [1, 2].map((n) => `id: ${last + n}\ndata: message ${last + n}\n\n`).join(''))
        })
        const first = stage.run({ [API]: server.origin })
        await first.prints('message 1\nmessage 2\n')
        // It is written after it is printed.
        await until(() => {
          expect(stage.read('last-event-id')).toBe('2')
        })
        first.kill()
        await stage.run({ [API]: server.origin }).prints('message 3\nmessage 4\n')
        expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2'])
      },
    },
  ],

  'Staying connected: The ID in the query': [
    {
      fact: 'goes there, and the rest of the URL keeps its bytes',
      on: EVERYWHERE,
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response)
          response.end('retry: 100\nid: 42\ndata: here\n\n')
        })
        await stage.run({ [API]: server.origin }).prints('here\nhere\n')
        expect(server.requests.slice(0, 2).map(({ url }) => url)).toEqual([
          '/events?signature=a%2Fb+c~&after=41',
          '/events?signature=a%2Fb+c~&after=42',
        ])
        expect(server.requests[0]?.headers).not.toHaveProperty('last-event-id')
      },
    },
  ],

  'Ending: With a signal': [
    {
      fact: 'ends when it is over, and the program with it',
      on: EVERYWHERE,
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'data: here\n\n')
        })
        await stage.run({ [API]: server.origin, '10_000': '3_000' }).ends({ output: 'here\n' })
      },
    },
  ],

  'Ending: With the block it is declared in': [
    {
      fact: 'ends when the block is left, and the program with it',
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
