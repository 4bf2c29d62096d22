/** Facts about docs/guides/keep-alive.md. */

import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { missingBrowser, withPage } from '../../consumers/browser.ts'
import { type Program, until } from '../program.ts'
import { stream } from '../servers.ts'
import type { Stage } from '../stage.ts'
import { startProgram } from '../start-program.ts'
import { bundled, hide, HTML, serve } from './browser.ts'
import { EVERYWHERE, NODE_24, type Facts } from './fact.ts'

const API = 'https://api.example.com'

/** In ms. Comments closer together than a second are not counted as keep-alives. */
const INTERVAL = 1_200

/** Prints the source when the interval is known. */
const REPORT = `
import { subscribe as watch } from 'node:diagnostics_channel'
watch('everysource:keep-alive', () => console.error(source))
`

/** Prints how each socket is probed. */
const WATCH_SOCKETS = `
import { Socket } from 'node:net'
const { setKeepAlive } = Socket.prototype
Socket.prototype.setKeepAlive = function (...settings) {
  console.error(JSON.stringify(settings))
  return setKeepAlive.apply(this, settings)
}
`

/** Sends a message at the start of each connection, and keep-alives until the returned function is called. */
async function serveKeepAlives(stage: Stage): Promise<{ origin: string; ids: () => unknown[]; stop: () => void }> {
  const open = new Set<ServerResponse>()
  const server = await stage.serve((response, _, n) => {
    open.add(response)
    stream(response, `retry: 100\nid: ${n}\ndata: ${n}\n\n`)
  })
  const timer = setInterval(() => {
    for (const response of open) response.write(':\n\n')
  }, INTERVAL)
  const stop = (): void => {
    clearInterval(timer)
  }
  stage.cleanUp(stop)
  return { origin: server.origin, ids: () => server.requests.map(({ headers }) => headers['last-event-id']), stop }
}

/** Starts the block with this file imported first. */
function runWatched(stage: Stage, origin: string, replacements: Record<string, string> = {}): Program {
  stage.write('watch.mjs', WATCH_SOCKETS)
  return stage.run({ [API]: origin, ...replacements }, { NODE_OPTIONS: '--import ./watch.mjs' })
}

export const KEEP_ALIVE: Facts = {
  'At the top': [
    {
      fact: 'learns the interval, and reconnects with the last event ID when the keep-alives stop',
      run: async (stage) => {
        const { origin, ids, stop } = await serveKeepAlives(stage)
        const program = stage.run({ [API]: origin }, {}, REPORT)
        await program.complains('}\n')
        const [, limit, interval] = /idleTimeout: ([\d.]+),\s+keepAliveInterval: ([\d.]+)/.exec(program.errors) ?? []
        expect(Number(limit) / Number(interval)).toBeCloseTo(3)
        expect(ids()).toEqual([undefined])
        stop()
        await program.prints('1\n2\n')
        expect(ids().slice(0, 2)).toEqual([undefined, '1'])
      },
    },
    {
      fact: 'keeps a silent connection if there were no keep-alives',
      run: async (stage) => {
        let end = (): unknown => undefined
        const server = await stage.serve((response) => {
          stream(response, 'data: 1\n\n')
          end = () => response.write('data: 2\n\n')
        })
        const program = stage.run({ [API]: server.origin })
        await program.prints('1\n')
        await delay(6_000)
        end()
        await program.prints('1\n2\n')
        expect(server.requests).toHaveLength(1)
      },
    },
  ],
  'At the top (2)': [
    {
      fact: 'reconnects after silence',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          stream(response, n === 2 ? '' : `retry: 100\ndata: ${n}\n\n`)
        })
        const program = stage.run({ [API]: server.origin, '45_000': '4_000' })
        await program.prints('1\n3\n')
        expect(program.errors).toMatch(/^timeout\ntimeout\n/)
      },
    },
    {
      fact: 'keeps the connection while comments arrive',
      run: async (stage) => {
        let comments = 0
        const server = await stage.serve((response) => {
          stream(response, 'data: 1\n\n')
          setInterval(() => {
            response.write(':\n')
            if (++comments === 50) response.write('data: 2\n\n')
          }, 100).unref()
        })
        const program = stage.run({ [API]: server.origin, '45_000': '4_000' })
        await program.prints('1\n2\n')
        expect(program.errors).toBe('')
        expect(server.requests).toHaveLength(1)
      },
    },
  ],

  'Send keep-alives from the server': [
    {
      fact: 'sends comments',
      run: async (stage) => {
        const { port } = await startProgram(stage, stage.block, { '15_000': '100' })
        const curl = stage.command(['curl', '-isN', `http://127.0.0.1:${port}`])
        await curl.prints('\r\n\r\n:\n\n:\n\n:\n\n')
        expect(curl.output).toMatch(/^content-type: text\/event-stream\r$/im)
      },
    },
  ],

  "How `'auto'` works": [
    {
      fact: 'prints the interval and three times as much',
      on: EVERYWHERE,
      run: async (stage) => {
        const { origin } = await serveKeepAlives(stage)
        const program = stage.run({ [API]: origin })
        await program.prints(' ms\n')
        const [, interval, limit] = /^keep-alives: every (\d+) ms, limit: (\d+) ms\n/.exec(program.output) ?? []
        expect(Number(interval)).toBeGreaterThan(1_000)
        expect(Number(interval)).toBeLessThan(2 * INTERVAL)
        expect(Number(limit) / Number(interval)).toBeCloseTo(3, 1)
      },
    },
  ],

  'Disconnect while the page is hidden': [
    {
      fact: 'disconnects two seconds after the page is hidden, not sooner, and resumes when it is shown',
      without: missingBrowser(),
      run: async (stage) => {
        const page = `${HTML}<script type="module" src="/everysource.min.js"></script>`
        const { server, open } = await serve(stage, page, await bundled(stage, 'esm'), (response) => {
          stream(response, 'id: 7\ndata: here\n\n')
        })
        const ids = (): unknown[] =>
          server.requests.filter(({ url }) => url === '/events').map(({ headers }) => headers['last-event-id'])
        await withPage(server.origin, async (page) => {
          await page.waitForEvent('console')
          await hide(page, true)
          await hide(page, false)
          await delay(2_500)
          expect(ids()).toEqual([undefined])

          await hide(page, true)
          await until(() => {
            expect(open.size).toBe(0)
          })
          expect(ids()).toEqual([undefined])
          const shown = page.waitForEvent('console')
          await hide(page, false)
          await shown
          expect(ids()).toEqual([undefined, '7'])
        })
      },
    },
  ],

  'TCP keep-alive': [
    {
      fact: 'probes after 15 seconds',
      on: [
        { ...NODE_24, undici: 7 },
        { runtime: 'node26', undici: 8 },
      ],
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'data: here\n\n')
        })
        const program = runWatched(stage, server.origin)
        await program.prints('here\n')
        await program.complains('[true,15000]\n')
      },
    },
    {
      fact: "Node's fetch probes after 60 seconds",
      on: ['node20', 'node22', 'node24', 'node26'].map((runtime) => ({ runtime, undici: 7 as const })),
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'data: here\n\n')
        })
        const program = runWatched(stage, server.origin, { 'dispatcher:': 'unused:' })
        await program.prints('here\n')
        await program.complains('[true,60000]\n')
      },
    },
  ],
}
