/** Symptoms of connections that are lost, refused, or stay open. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Agent, fetch } from 'undici'
import { expect } from 'vitest'
import { streamEvents } from '../../../src/index.ts'
import { CERTIFICATES } from '../facts/certificates.ts'
import { GETTING_STARTED } from '../facts/getting-started.ts'
import { KEEP_ALIVE } from '../facts/keep-alive.ts'
import { NGINX } from '../facts/nginx.ts'
import { NODE } from '../facts/node.ts'
import { AUTHENTICATION } from '../facts/authentication.ts'
import type { Facts } from '../facts/fact.ts'
import { createCertificates } from '../certificates.ts'
import { until } from '../program.ts'
import { json, startServer, stream } from '../servers.ts'
import type { Symptom, Symptoms } from './scene.ts'

/** A fix that is a program of a guide, which the guide's facts test. */
function shownBy(facts: Facts, block: string): Symptom {
  return {
    fact: `the fix is a tested program: ${block}`,
    run: () => {
      expect(facts[block]?.length).toBeGreaterThan(0)
      return Promise.resolve()
    },
  }
}

export const CONNECTIONS: Symptoms = {
  'Messages stop, without an error': [
    {
      fact: 'a dead connection stays open, but idleTimeout notices that the keep-alives are missing',
      run: async (scene) => {
        const { server, streams } = await scene.serveStream()
        const unlimited = scene.follow(server.origin)
        const limited = scene.follow(server.origin, { idleTimeout: 'auto', reconnectionTime: 10 })
        let isLearned = false
        const learn = (): void => {
          isLearned = true
        }
        subscribe('everysource:keep-alive', learn)
        // Comments must be at least a second apart.
        const timer = setInterval(() => {
          for (const response of streams) response.write(':\n\n')
        }, 1_200)
        scene.cleanUp(() => {
          unsubscribe('everysource:keep-alive', learn)
          clearInterval(timer)
        })
        await until(() => {
          expect(isLearned).toBe(true)
        })
        expect(limited.opens).toBe(1)
        clearInterval(timer)
        await until(() => {
          expect([limited.failures[0]?.reason, limited.opens]).toEqual(['timeout', 2])
        })
        expect([unlimited.opens, unlimited.failures, unlimited.source.readyState]).toEqual([1, [], 1])
      },
    },
    shownBy(KEEP_ALIVE, 'At the top'),
  ],

  'It reconnects again and again': [
    {
      fact: 'after the end of a response it reconnects, until close() or a 204',
      run: async (scene) => {
        const server = await scene.serve((response, { headers, url }, n) => {
          if (url === '/204' && headers['last-event-id'] !== undefined) {
            response.writeHead(204).end()
            return
          }
          stream(response)
          response.end(`retry: 10\nid: ${n}\ndata: all of it\n\n`)
        })
        const again = scene.follow(`${server.origin}/ends`)
        await until(() => {
          expect(again.failures.map(({ reason }) => reason)).toEqual(['ended', 'ended'])
        })
        again.source.close()
        const closes = scene.follow(`${server.origin}/closes`)
        closes.source.addEventListener('message', () => {
          closes.source.close()
        })
        const stopped = scene.follow(`${server.origin}/204`)
        await until(() => {
          expect(stopped.source.readyState).toBe(2)
        })
        await scene.silence()
        const requestsOf = (url: string): number => server.requests.filter((request) => request.url === url).length
        expect([requestsOf('/closes'), requestsOf('/204')]).toEqual([1, 2])
      },
    },
    {
      fact: 'a time limit ends a silent connection: comments keep it open',
      run: async (scene) => {
        const server = await scene.serve((response, { url }) => {
          stream(response, 'retry: 10\n\n')
          if (url !== '/comments') return
          const timer = setInterval(() => response.write(':\n\n'), 100)
          response.once('close', () => {
            clearInterval(timer)
          })
        })
        const options = { idleTimeout: 3_000 }
        const silent = scene.follow(server.origin, options)
        const commented = scene.follow(`${server.origin}/comments`, options)
        await until(() => {
          expect(silent.failures.map(({ reason }) => reason)).toContain('timeout')
        })
        expect([commented.opens, commented.failures]).toEqual([1, []])
      },
    },
    {
      fact: 'the server cannot be reached: the code says so',
      run: async (scene) => {
        const server = await startServer(() => undefined)
        server.close()
        const { failures } = scene.follow(server.origin)
        await until(() => {
          expect(failures).toMatchObject([{ reason: 'network', code: 'ECONNREFUSED' }])
        })
      },
    },
  ],

  'It does not reconnect': [
    {
      fact: 'a refused response is final, unless shouldReconnect retries it',
      run: async (scene) => {
        const server = await scene.serve((response, { url }, n) => {
          if (url === '/' || n < 3) response.writeHead(502, { 'Retry-After': '0' }).end()
          else stream(response, 'data: here\n\n')
        })
        const failed = scene.follow(server.origin)
        await until(() => {
          expect(failed.source.readyState).toBe(2)
        })
        const { messages } = scene.follow(`${server.origin}/retried`, {
          reconnect: { shouldReconnect: ({ status = 0 }) => [502, 503, 504].includes(status) || undefined },
        })
        await until(() => {
          expect(messages).toEqual(['here'])
        })
        expect(server.requests.filter(({ url }) => url === '/')).toHaveLength(1)
      },
    },
    {
      fact: 'a POST and a loop reconnect only with the option reconnect',
      run: async (scene) => {
        const server = await scene.serve((response, { method }) => {
          stream(response, 'retry: 10\ndata: here\n\n')
          // A clean end of a POST would be final.
          if (method === 'POST') setTimeout(() => response.destroy(), 50)
          else response.end()
        })
        const once = scene.follow(server.origin, { method: 'POST' })
        await until(() => {
          expect([once.source.readyState, once.messages]).toEqual([2, ['here']])
        })
        const { server: broken, streams } = await scene.serveStream()
        const again = scene.follow(broken.origin, { method: 'POST', reconnect: true })
        for (const n of [1, 2]) {
          await until(() => {
            expect(streams).toHaveLength(n)
          })
          streams.at(-1)?.write('retry: 10\ndata: here\n\n')
          await until(() => {
            expect(again.messages).toHaveLength(n)
          })
          streams.at(-1)?.destroy()
        }
        const loop = []
        for await (const { data } of streamEvents(server.origin)) loop.push(data)
        expect(loop).toEqual(['here'])
        const endless = []
        for await (const { data } of streamEvents(server.origin, { reconnect: true }))
          if (endless.push(data) === 2) break
        expect(endless).toEqual(['here', 'here'])
      },
    },
  ],

  'Messages are missing or duplicated after a reconnection': [
    {
      fact: 'messages come twice, unless the server sends IDs and honors Last-Event-ID',
      run: async (scene) => {
        const log = ['one', 'two', 'three']
        const server = await scene.serve((response, { url, headers }, n) => {
          const last = url === '/ids' ? Number(headers['last-event-id'] ?? 0) : 0
          const sent = log.map((data, i) => (url === '/ids' ? `id: ${i + 1}\ndata: ${data}\n\n` : `data: ${data}\n\n`))
          // The first connection is lost in the middle.
          stream(response, `retry: 10\n\n${sent.slice(last, n === 1 ? 2 : undefined).join('')}`)
          if (n === 1) response.end()
        })
        const twice = scene.follow(server.origin)
        await until(() => {
          expect(twice.messages).toEqual(['one', 'two', ...log])
        })
        twice.source.close()
        server.requests.length = 0
        const { messages } = scene.follow(`${server.origin}/ids`)
        await until(() => {
          expect(messages).toEqual(log)
        })
        expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2'])
      },
    },
    shownBy(GETTING_STARTED, 'Write a client in a page (2)'),
  ],

  'Status 401 or 403': [
    {
      fact: 'the token is missing, and the body says so',
      run: async (scene) => {
        const server = await scene.serve((response, { headers }) => {
          if (headers.authorization === 'Bearer good') stream(response, 'data: here\n\n')
          else json(response, 401, { error: 'no token' })
        })
        const { failures } = scene.follow(server.origin)
        await until(() => {
          expect(failures).toMatchObject([{ reason: 'status', status: 401, body: '{"error":"no token"}' }])
        })
        const { messages } = scene.follow(server.origin, { headers: { Authorization: 'Bearer good' } })
        await until(() => {
          expect(messages).toEqual(['here'])
        })
      },
    },
    shownBy(AUTHENTICATION, 'Refresh a token on 401'),
  ],

  'It works locally, but not behind a proxy': [
    shownBy(NGINX, 'At the top'),
    shownBy(NGINX, 'Reconnect while the server restarts'),
  ],

  'Certificate errors': [
    {
      fact: 'the authority is unknown to Node, or the certificate is for another host',
      run: async (scene) => {
        const certificates = createCertificates('api.example.com')
        const server = await startServer(() => undefined, certificates)
        scene.cleanUp(() => {
          server.close()
        })
        const codes = async (url: string, init = {}): Promise<string | undefined> => {
          const { source, failures } = scene.follow(url, init)
          await until(() => {
            expect(failures[0]).toMatchObject({ reason: 'network' })
          })
          source.close()
          return failures[0]?.code
        }
        expect(await codes(server.origin)).toBe('SELF_SIGNED_CERT_IN_CHAIN')
        const dispatcher = new Agent({ connect: { ca: certificates.ca } })
        const trusting = { fetch, fetchOptions: { dispatcher } }
        expect(await codes(server.origin.replace('127.0.0.1', 'localhost'), trusting)).toBe(
          'ERR_TLS_CERT_ALTNAME_INVALID',
        )
      },
    },
    shownBy(CERTIFICATES, 'Use a custom CA: Node: one source'),
  ],

  'The process does not exit': [
    shownBy(NODE, 'Cancel with an AbortSignal'),
    shownBy(NODE, 'Close a source automatically'),
    shownBy(GETTING_STARTED, 'Use a loop instead of events'),
  ],
  // The loop is tested above, the other packages in `npm run test:peers`.
  'The process exits too early': [shownBy(NODE, 'A complete script')],

  'Memory grows': [
    {
      fact: 'one event never ends: past the limit the connection fails',
      run: async (scene) => {
        const server = await scene.serve((response) => {
          stream(response, `data: ${'x'.repeat(2_000)}`)
        })
        const { failures } = scene.follow(server.origin, { maxBufferSize: 1_000 })
        await until(() => {
          expect(failures).toMatchObject([{ reason: 'too-large' }])
        })
      },
    },
    {
      fact: 'listeners are called while earlier calls still work; a loop waits',
      run: async (scene) => {
        const server = await scene.serve((response) => {
          stream(response, 'data: 1\n\ndata: 2\n\ndata: 3\n\n')
        })
        const { source } = scene.follow(server.origin)
        let running = 0
        const peak = { listeners: 0, loop: 0 }
        let release = (): void => undefined
        const allStarted = new Promise<void>((resolve) => (release = resolve))
        source.addEventListener('message', () => void work('listeners', allStarted))
        await until(() => {
          expect(peak.listeners).toBe(3)
        })
        release()
        await until(() => {
          expect(running).toBe(0)
        })
        source.close()
        let n = 0
        for await (const _ of streamEvents(server.origin)) {
          await work('loop', scene.silence())
          if (++n === 3) break
        }
        expect(peak.loop).toBe(1)

        async function work(where: keyof typeof peak, done: Promise<void>): Promise<void> {
          peak[where] = Math.max(peak[where], ++running)
          await done
          running--
        }
      },
    },
    {
      fact: 'a response closes when its client has left',
      run: async (scene) => {
        const { server, streams } = await scene.serveStream()
        let isClosed = false
        const { source } = scene.follow(server.origin)
        await until(() => {
          expect(streams).toHaveLength(1)
        })
        streams[0]?.on('close', () => (isClosed = true))
        source.close()
        await until(() => {
          expect(isClosed).toBe(true)
        })
      },
    },
  ],
}
