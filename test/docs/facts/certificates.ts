/** Certificates that are not signed by a known authority. */

import { expect } from 'vitest'
import { stream } from '../servers.ts'
import type { Place } from '../stage.ts'
import type { Fact, Facts } from './fact.ts'

const API = 'https://api.example.com'

/** For blocks that are commands. */
const app = (origin: string): string => `
import { EventSource } from 'everysource'

const source = new EventSource('${origin}/events')
source.onmessage = ({ data }) => console.log(data)
source.onerror = ({ message }) => console.log(message)
`

/** Only the block makes the runtime trust that server. */
function connects(on: Place[]): Fact {
  return {
    fact: 'connects to a server with such a certificate',
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

/** Shows that the certificate is verified. */
function fails(given: string, runtime: string): Fact {
  return {
    fact: 'does not connect without the option',
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
  'Certificates of your own: Node: for one source': [
    connects([
      { runtime: 'node20', undici: 7 },
      { runtime: 'node24', undici: 7 },
      { runtime: 'node26', undici: 8 },
    ]),
  ],
  'Certificates of your own: Node: by the environment': [
    connects([{ runtime: 'node20' }, { runtime: 'node24' }]),
    fails('NODE_EXTRA_CA_CERTS=ca.pem', 'node24'),
  ],
  'Certificates of your own: Bun: for one source': [connects([{ runtime: 'bun' }])],
  'Certificates of your own: Bun: by the environment': [
    connects([{ runtime: 'bun' }]),
    fails('NODE_EXTRA_CA_CERTS=ca.pem', 'bun'),
  ],
  'Certificates of your own: Deno: for one source': [connects([{ runtime: 'deno' }])],
  'Certificates of your own: Deno: by the command': [connects([{ runtime: 'deno' }]), fails('--cert ca.pem', 'deno')],
}
