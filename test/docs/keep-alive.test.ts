/** The chat in docs/guides/ai-chat.md reads on after `[DONE]`, so that its connection serves the next question. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as aTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { ask } from '../conformance/programs/openai-chat.ts'

/** A server that ends each response a packet after `[DONE]`. */
async function startServer(): Promise<{ url: string; connections: () => number }> {
  let connections = 0
  const server: Server = createServer((request, response) => {
    request.resume()
    request.once('end', () => {
      void answer()
    })
    async function answer(): Promise<void> {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write('data: {"choices":[{"delta":{"content":"hello"}}]}\n\n')
      await new Promise((written) => response.write('data: [DONE]\n\n', written))
      for (let n = 0; n < 10; n++) await aTurn()
      response.end()
    }
  })
  server.on('connection', () => connections++)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, connections: () => connections }
}

test('ten answers that end a packet after [DONE] use one connection', async () => {
  const { url, connections } = await startServer()
  const shown: string[] = []
  for (let n = 0; n < 10; n++) {
    await ask(url, 'a-key', 'Say hello', (text) => shown.push(text))
    // Node's fetch frees the connection a turn after the body has ended.
    await aTurn()
  }
  expect(shown).toEqual(Array(10).fill('hello'))
  expect(connections()).toBe(1)
})
