/** Checks the figures of docs/background/why.md, and that a closed WebSocket does not reconnect. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { EventSource } from 'everysource'
import { path } from '../conformance/bundle.ts'
import type { Tally } from '../tally.ts'
import { acceptWebSocket, closeWebSocket, SENT, TRANSPORTS } from './wire.ts'

/** Time to wait for an unexpected and for an expected connection, in ms. */
const [SILENCE, PATIENCE] = [2_000, 180_000]

/** Names of packages in why.md, with different names in benchmarks.md. */
const IN_BENCHMARKS: Record<string, string> = {
  'eventsource-client': 'eventsource-client, iterator',
  "undici's `EventSource`": 'undici, `EventSource`',
}

export async function checkWhy(tally: Tally): Promise<void> {
  const suite = tally.suite('why, on the wire')
  const rows = cellsOf('docs/background/why.md')
  for (const [name, run] of Object.entries(TRANSPORTS)) {
    await suite.run(`a hundred messages cost the documented bytes: ${name}`, async () => {
      const { received, requests, down, up } = await run()
      assert.deepEqual(received, SENT)
      const figures = [requests, down, up].map((figure) => figure.toLocaleString('en'))
      assert.deepEqual(rows.find(([, first]) => first === name)?.slice(2, 5), figures)
    })
  }
  await suite.run('the costs of packages match the benchmarks', () => {
    const compared = rows.filter(([, , cpu = '']) => /^\d+\.\d+$/.test(cpu))
    assert.ok(compared.length > 6)
    const benchmarks = cellsOf('docs/background/benchmarks.md')
    const throughput = benchmarks.slice(benchmarks.findIndex(([text]) => text === 'Messages of 176 bytes:'))
    for (const [, link = '', ...costs] of compared) {
      const title = /\[`(.*)`\]/.exec(link)?.[1] ?? link
      const [name, alone] = [IN_BENCHMARKS[title] ?? title, link.startsWith('everysource') ? `${link} alone` : title]
      const ratio = /\(([\d.]+)\)/.exec(throughput.find(([, first]) => first === name)?.[2] ?? '')?.[1]
      // The row of the bundle is the last with this name; the gzipped bytes are its second figure.
      const bytes = benchmarks.filter(([, first, , gzipped]) => first === alone && gzipped !== '').at(-1)?.[3]
      assert.deepEqual(costs.slice(0, 2), [ratio, alone.startsWith('undici') ? '' : bytes], title)
    }
  })
  await suite.run('the speeds in its text match the benchmarks', () => {
    const text = readFileSync(path('docs/background/why.md'), 'utf8').replaceAll(/\s+/g, ' ')
    const benchmarks = cellsOf('docs/background/benchmarks.md')
    const figure = (section: string, name: string): string => {
      const from = benchmarks.findIndex(([first = '']) => first.startsWith(section))
      return benchmarks.slice(from).find(([, first]) => first === name)?.[2] ?? 'nothing'
    }
    const inBrowser = (browser: string): string[] =>
      ['native `EventSource`', 'everysource, `EventSource`'].map((name) =>
        figure(`${browser} `, name).replace(/ .*/, ''),
      )
    const [[firefox, oursInFirefox], [chromium, oursInChromium]] = [inBrowser('Firefox'), inBrowser('Chromium')]
    const [loop, callback] = ['everysource, `streamEvents`', 'eventsource-client, callback'].map(
      (name) => /\((.*)\)/.exec(figure('Messages of 176 bytes:', name))?.[1],
    )
    for (const claim of [
      `${firefox} vs. ${oursInFirefox} µs in Firefox, ${chromium} vs. ${oursInChromium} µs in Chromium`,
      `its callback takes ${callback}`,
      `costs ${loop} times its CPU time`,
    ]) {
      assert.ok(text.includes(claim), claim)
    }
  })
  await suite.run('a closed WebSocket stays closed, an EventSource reconnects', async () => {
    assert.equal(await connectionsOf((origin) => new WebSocket(origin.replace('http', 'ws')), SILENCE), 1)
    assert.equal(await connectionsOf((origin) => new EventSource(origin, { reconnectionTime: 100 }), PATIENCE), 2)
  })
  suite.end()
}

/** Number of connections to a server that closes each at once: two, or one if no second one follows within `patience` ms. */
async function connectionsOf(open: (origin: string) => { close: () => void }, patience: number): Promise<number> {
  let connections = 0
  const server = createServer()
  const over = new Promise<void>((resolve) => {
    const onConnection = (): void => {
      connections++
      if (connections === 2) resolve()
      else setTimeout(resolve, patience)
    }
    server.on('request', (_: IncomingMessage, response: ServerResponse) => {
      onConnection()
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end()
    })
    server.on('upgrade', ({ headers }: IncomingMessage, socket: Socket) => {
      acceptWebSocket(headers, socket)
      closeWebSocket(socket)
      onConnection()
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const source = open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await over
  source.close()
  server.closeAllConnections()
  server.close()
  return connections
}

/** The cells of each line; the first is the text before the first bar. */
function cellsOf(page: string): string[][] {
  const lines = readFileSync(path(page), 'utf8').split('\n')
  return lines.map((line) => line.split('|').map((cell) => cell.trim()))
}
