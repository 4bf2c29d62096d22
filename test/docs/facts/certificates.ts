/** Facts about the certificates in docs/guides/proxies.md. */

import { expect } from 'vitest'
import { stream } from '../servers.ts'
import type { Place } from '../stage.ts'
import type { Fact, Facts } from './fact.ts'

const API = 'https://api.example.com'

/** The program for blocks that are a command. */
const app = (origin: string): string => `
import { EventSource } from 'everysource'

const source = new EventSource('${origin}/events')
source.onmessage = ({ data }) => console.log(data)
source.onerror = ({ message }) => console.log(message)
`

function connects(on: Place[]): Fact {
  return {
    fact: 'connects to a server whose certificate this CA has signed',
    on,
    run: async (stage) => {
      const server = await stage.serveSecurely((response) => {
        stream(response, 'data: here\n\n')
      })
      stage.write('app.js', app(server.origin))
      await stage.run(stage.block.language === 'sh' ? {} : { [API]: server.origin }).prints('here\n')
      expect(server.requests).toHaveLength(1)
    },
  }
}

/** Shows that the runtime verifies the certificate. */
function fails(given: string, runtime: string): Fact {
  return {
    fact: 'does not connect without the CA',
    on: [{ runtime }],
    run: async (stage) => {
      const server = await stage.serveSecurely((response) => {
        stream(response, 'data: here\n\n')
      })
      stage.write('app.js', app(server.origin))
      await stage.run({ [given]: '' }).prints('could not be reached')
      expect(server.requests).toEqual([])
    },
  }
}

export const CERTIFICATES: Facts = {
  'Use a custom CA: Node: one source': [
    connects([
      { runtime: 'node20', undici: 7 },
      { runtime: 'node24', undici: 7 },
      { runtime: 'node26', undici: 8 },
    ]),
  ],
  'Use a custom CA: Node: environment variable': [
    connects([{ runtime: 'node20' }, { runtime: 'node24' }]),
    fails('NODE_EXTRA_CA_CERTS=ca.pem', 'node24'),
  ],
  'Use a custom CA: Bun: one source': [connects([{ runtime: 'bun' }])],
  'Use a custom CA: Bun: environment variable': [
    connects([{ runtime: 'bun' }]),
    fails('NODE_EXTRA_CA_CERTS=ca.pem', 'bun'),
  ],
  'Use a custom CA: Deno: one source': [connects([{ runtime: 'deno' }])],
  'Use a custom CA: Deno: command-line flag': [connects([{ runtime: 'deno' }]), fails('--cert ca.pem', 'deno')],
}
