/** Facts about docs/guides/authentication.md. */

import { expect } from 'vitest'
import { stream, type TestServer } from '../servers.ts'
import { type Facts } from './fact.ts'

const API = 'https://api.example.com'

function tokensOf({ requests }: TestServer): (string | undefined)[] {
  return requests.filter(({ url }) => url === '/events').map(({ headers }) => headers.authorization)
}

export const AUTHENTICATION: Facts = {
  'Send a header': [
    {
      fact: 'sends the token',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'data: here\n\n')
        })
        await stage.run({ [API]: server.origin }, { TOKEN: 'of-a-test' }).prints('here\n')
        expect(tokensOf(server)).toEqual(['Bearer of-a-test'])
      },
    },
  ],

  'Stop on 401': [
    {
      fact: 'sends one request and prints the text of the response',
      run: async (stage) => {
        const server = await stage.serve((response) => response.writeHead(401).end('expired'))
        const program = stage.run({ [API]: server.origin }, { TOKEN: 'of-a-test' })
        await program.ends({ errors: 'Please sign in again: expired\n' })
        expect(server.requests).toHaveLength(1)
      },
    },
  ],

  'Refresh a token on 401': [
    {
      fact: 'continues with a fresh token, one request for each attempt',
      run: async (stage) => {
        let issued = 0
        const valid = new Set<string>()
        const server = await stage.serve((response, { url, headers }) => {
          if (url === '/token') {
            valid.add(`Bearer ${++issued}`)
            response.end(String(issued))
          } else if (valid.delete(headers.authorization ?? '')) {
            // Each token is valid for one connection.
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
      fact: 'gives up after four refusals',
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
    {
      fact: 'does not send the text of an error as a token',
      run: async (stage) => {
        let asked = 0
        const server = await stage.serve((response, { url }) => {
          if (url !== '/token') stream(response, 'data: here\n\n')
          else if (++asked === 1) response.writeHead(500).end('<h1>Out of order</h1>')
          else response.end('fresh')
        })
        const program = stage.run({ [API]: server.origin, 'reconnect: {': 'reconnectionTime: 100, reconnect: {' })
        await program.prints('here\n')
        expect(tokensOf(server)).toEqual(['Bearer fresh'])
        expect(program.errors).toContain('the function "headers" failed')
      },
    },
  ],

  'Refresh a token before it expires': [
    {
      fact: 'fetches a token when it has none, or when the token expires soon',
      run: async (stage) => {
        let issued = 0
        const server = await stage.serve((response, { url }) => {
          if (url === '/token') {
            // The second is valid long enough for the third connection.
            response.end(JSON.stringify({ access_token: ++issued, expires_in: issued === 1 ? 30 : 3600 }))
          } else {
            stream(response)
            response.end('retry: 100\ndata: here\n\n')
          }
        })
        await stage.run({ [API]: server.origin }).prints('here\nhere\nhere\n')
        expect(tokensOf(server).slice(0, 3)).toEqual(['Bearer 1', 'Bearer 2', 'Bearer 2'])
        expect(issued).toBe(2)
      },
    },
    {
      fact: 'tries again if the token cannot be fetched',
      run: async (stage) => {
        let asked = 0
        const server = await stage.serve((response, { url }) => {
          if (url !== '/token') stream(response, 'data: here\n\n')
          else if (++asked === 1) response.writeHead(500).end('{"error":"out of order"}')
          else response.end('{"access_token":"fresh","expires_in":3600}')
        })
        const program = stage.run({ [API]: server.origin, 'headers: async': 'reconnectionTime: 100, headers: async' })
        await program.prints('here\n')
        expect(tokensOf(server)).toEqual(['Bearer fresh'])
        expect(program.errors).toContain('the function "headers" failed')
      },
    },
  ],
}
