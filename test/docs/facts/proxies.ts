/** Facts about the proxies in docs/guides/proxies.md. */

import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { stream, type TestProxy, type TestServer } from '../servers.ts'
import { type Program, until } from '../program.ts'
import type { Place, Stage } from '../stage.ts'
import type { Fact, Facts } from './fact.ts'

const PROXY = 'http://proxy.example.com:3128'
const TRUST = { NODE_EXTRA_CA_CERTS: 'ca.pem', DENO_CERT: 'ca.pem' }
/** Bun closes a body that is idle for longer than these seconds, after 8 s at the earliest. */
const IMPATIENT_BUN = { BUN_CONFIG_HTTP_IDLE_TIMEOUT: '1' }

/** A program that doesn't mention the proxy. */
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
 * Checks that the messages arrive through the proxy, over one connection.
 *
 * @param silence resolves when the second message may be sent
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
 * Idle connections stay open with a dispatcher that has a timeout of 700 ms.
 *
 * @param control a plain `fetch` that shows that the timeout works
 */
function undiciFact(on: Place[], control: string): Fact {
  return {
    fact: 'connects through the proxy, and keeps idle connections open',
    on,
    run: async (stage) => {
      const scene = await setScene(stage)
      const limited = `{ uri: '${scene.proxy.origin}', bodyTimeout: 700, headersTimeout: 700 }`
      const asked = `\n${control}.then((response) => response.text()).catch(({ cause }) => console.error(cause.code))\n`
      const program = stage.run({ [`'${PROXY}'`]: limited }, TRUST, asked)
      await comesThrough(program, scene, async () => {
        await until(() => {
          // On a busy machine, the head of the response is late already.
          expect(program.errors).toMatch(/UND_ERR_(?:BODY|HEADERS)_TIMEOUT/)
        })
        // If the other request was the first, the timeout may not have passed yet.
        await delay(1_500)
      })
    },
  }
}

const UNDICI_7: Place[] = ['node20', 'node22', 'node24', 'node26'].map((runtime) => ({ runtime, undici: 7 }))
const UNDICI_8: Place[] = ['node22', 'node24', 'node26'].map((runtime) => ({ runtime, undici: 8 }))

export const PROXIES: Facts = {
  'Use a proxy: Node: one source': [
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
  "Use a proxy: Node: one source, with undici's fetch": [
    undiciFact([...UNDICI_7, ...UNDICI_8], `fetch('https://api.example.com/control', { dispatcher })`),
  ],
  'Use a proxy: Node: all requests': [
    undiciFact([...UNDICI_7, ...UNDICI_8], `fetch('https://api.example.com/control')`),
  ],
  'Use a proxy: Node: environment variables': [
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
  'Use a proxy: Bun': [
    {
      fact: 'connects through the proxy, and keeps idle connections open',
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
      fact: 'connects through the proxy of the environment',
      on: [{ runtime: 'bun' }],
      run: async (stage) => {
        const scene = await setScene(stage)
        const withoutProxy = { [`fetchOptions: { proxy: '${PROXY}' },`]: '' }
        const program = stage.run(withoutProxy, { ...TRUST, HTTPS_PROXY: scene.proxy.origin })
        await comesThrough(program, scene)
      },
    },
  ],
  'Use a proxy: Deno': [
    {
      fact: 'connects through the proxy',
      on: [{ runtime: 'deno' }],
      run: async (stage) => {
        const scene = await setScene(stage)
        await comesThrough(stage.run({ [PROXY]: scene.proxy.origin }, TRUST), scene, () => delay(1_500))
      },
    },
  ],
  'Use a proxy: Deno: environment variables': [
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
