/** Proxies. */

import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { stream, type TestProxy, type TestServer } from '../servers.ts'
import { type Program, until } from '../program.ts'
import type { Place, Stage } from '../stage.ts'
import type { Fact, Facts } from './fact.ts'

const PROXY = 'http://proxy.example.com:3128'
const TRUST = { NODE_EXTRA_CA_CERTS: 'ca.pem', DENO_CERT: 'ca.pem' }
/** Bun closes a body that is idle for longer than this many seconds, after 8 s at the earliest. */
const IMPATIENT_BUN = { BUN_CONFIG_HTTP_IDLE_TIMEOUT: '1' }

/** A program without proxy settings. */
const APP = `
import { EventSource } from 'everysource'

new EventSource('https://api.example.com/events').onmessage = ({ data }) => console.log(data)
`

interface Scene {
  server: TestServer
  proxy: TestProxy
  /** Ends the silence. */
  goOn: () => void
}

/** A stream behind a proxy that is silent after its first message. */
async function setScene(stage: Stage): Promise<Scene> {
  let goOn = (): void => undefined
  const server = await stage.serveSecurely((response, { url }) => {
    stream(response, 'data: before\n\n')
    if (url === '/events') goOn = () => response.write('data: after\n\n')
  })
  return {
    server,
    proxy: await stage.proxyTo(server),
    goOn: () => {
      goOn()
    },
  }
}

/**
 * Checks to run once the messages have come through the proxy over one connection.
 *
 * @param silence ends before the second message
 */
async function comesThrough(
  program: Program,
  { server, proxy, goOn }: Scene,
  silence: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  await program.prints('before\n')
  await silence()
  goOn()
  await program.prints('before\nafter\n')
  expect(proxy.tunnels).toContain('api.example.com:443')
  expect(server.requests.filter(({ url }) => url === '/events')).toHaveLength(1)
}

/**
 * Checks that idle connections stay open with a dispatcher that has a limit of 700 ms.
 *
 * @param control proves that the limit is active, by passing it to a plain `fetch`
 */
function undiciFact(on: Place[], control: string): Fact {
  return {
    fact: 'connects through the proxy, and idle connections stay open',
    on,
    run: async (stage) => {
      const scene = await setScene(stage)
      const limited = `{ uri: '${scene.proxy.origin}', bodyTimeout: 700, headersTimeout: 700 }`
      const asked = `\n${control}.then((response) => response.text()).catch(({ cause }) => console.error(cause.code))\n`
      const program = stage.run({ [`'${PROXY}'`]: limited }, TRUST, asked)
      await comesThrough(program, scene, async () => {
        await until(() => {
          // On a busy machine, the response head may already be late.
          expect(program.errors).toMatch(/UND_ERR_(?:BODY|HEADERS)_TIMEOUT/)
        })
        // If the other request came first, the limit may not have passed yet.
        await delay(1_500)
      })
    },
  }
}

const UNDICI_7: Place[] = ['node20', 'node22', 'node24', 'node26'].map((runtime) => ({ runtime, undici: 7 }))
const UNDICI_8: Place[] = ['node22', 'node24', 'node26'].map((runtime) => ({ runtime, undici: 8 }))

export const PROXIES: Facts = {
  'Proxies: Node: for one source': [
    undiciFact(
      [...UNDICI_7, { runtime: 'node26', undici: 8 }],
      `fetch('https://api.example.com/control', { dispatcher })`,
    ),
    {
      fact: 'fails with undici 8 in Node 24',
      on: [{ runtime: 'node24', undici: 8 }],
      run: async (stage) => {
        const { server, proxy } = await setScene(stage)
        const program = stage.run({ [PROXY]: proxy.origin }, TRUST, `source.onerror = (e) => console.log(e.message)`)
        await program.prints('UND_ERR_INVALID_ARG')
        expect(server.requests).toEqual([])
      },
    },
  ],
  "Proxies: Node: for one source, with undici's own fetch": [
    undiciFact([...UNDICI_7, ...UNDICI_8], `fetch('https://api.example.com/control', { dispatcher })`),
  ],
  'Proxies: Node: for all requests': [
    undiciFact([...UNDICI_7, ...UNDICI_8], `fetch('https://api.example.com/control')`),
  ],
  'Proxies: Node: by the environment': [
    {
      fact: 'connects through the proxy',
      on: ['node22', 'node24', 'node26'].map((runtime) => ({ runtime })),
      run: async (stage) => {
        const scene = await setScene(stage)
        stage.write('app.js', APP)
        await comesThrough(stage.run({ [PROXY]: scene.proxy.origin }, TRUST), scene)
      },
    },
  ],
  'Proxies: Bun': [
    {
      fact: 'connects through the proxy, and idle connections stay open',
      on: [{ runtime: 'bun' }],
      run: async (stage) => {
        const scene = await setScene(stage)
        const control = `
fetch('https://api.example.com/control', { proxy: '${scene.proxy.origin}' })
  .then((response) => response.text())
  .catch(() => console.error('gave up'))
`
        const program = stage.run({ [PROXY]: scene.proxy.origin }, { ...TRUST, ...IMPATIENT_BUN }, control)
        await comesThrough(program, scene, async () => {
          await program.complains('gave up\n')
          await delay(1_500)
        })
        expect(program.errors).toBe('gave up\n')
      },
    },
    {
      fact: 'the environment variables also work',
      on: [{ runtime: 'bun' }],
      run: async (stage) => {
        const scene = await setScene(stage)
        const withoutProxy = { [`fetchOptions: { proxy: '${PROXY}' },`]: '' }
        const program = stage.run(withoutProxy, { ...TRUST, HTTPS_PROXY: scene.proxy.origin })
        await comesThrough(program, scene)
      },
    },
  ],
  'Proxies: Deno': [
    {
      fact: 'connects through the proxy',
      on: [{ runtime: 'deno' }],
      run: async (stage) => {
        const scene = await setScene(stage)
        await comesThrough(stage.run({ [PROXY]: scene.proxy.origin }, TRUST), scene, () => delay(1_500))
      },
    },
  ],
  'Proxies: Deno: by the environment': [
    {
      fact: 'connects through the proxy',
      on: [{ runtime: 'deno' }],
      run: async (stage) => {
        const scene = await setScene(stage)
        stage.write('app.js', APP)
        await comesThrough(stage.run({ [PROXY]: scene.proxy.origin }, TRUST), scene)
      },
    },
  ],
}
