/** Listeners slower than the stream: how much is read ahead, and why `idleTimeout` does not expire. */

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EventSource } from '../../../src/index.ts'
import { withEnoughTime } from '../../conformance/harness.ts'
import { STUB_URL, nextMessage, open, response, until } from '../support/sources.ts'
import { countingStream } from '../support/streams.ts'

/** Blocks the thread. Expired timers run when it is free again. */
function work(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

/** Two messages at once, then a comment every 20 ms. The server runs in its own thread, so it continues while ours is busy. */
const SERVER = `
  const { createServer } = require('node:http')
  const { parentPort } = require('node:worker_threads')
  const server = createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('data: 1\\n\\ndata: 2\\n\\n')
    const timer = setInterval(() => response.write(':\\n'), 20)
    response.on('close', () => clearInterval(timer))
  })
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

/** The URL of that server. */
async function serveOnThread(): Promise<string> {
  const worker = new Worker(SERVER, { eval: true })
  onTestFinished(async () => {
    await worker.terminate()
  })
  const [port] = (await once(worker, 'message')) as [number]
  return `http://127.0.0.1:${port}/`
}

function errorsOf(source: EventSource): string[] {
  const errors: string[] = []
  source.onerror = ({ error }) => errors.push(error?.reason ?? 'a message')
  return errors
}

describe('data sent while a listener blocks the thread is not silence, although it is read later', () => {
  it.each([
    ['in the listener for the first message', '1'],
    ['in the listener for a queued message', '2'],
  ])('%s', async (_, data) => {
    const url = await serveOnThread()
    // On a busy machine, the server itself may be silent for half a second.
    await withEnoughTime([500, 2_000, 8_000], async (idleTimeout) => {
      let comments = 0
      const source = open(url, { idleTimeout, onComment: () => comments++ })
      const errors = errorsOf(source)
      source.onmessage = (event) => {
        if (event.data === data) work(2 * idleTimeout)
      }
      await until(() => comments >= 10 || errors.length > 0)
      source.close()
      return errors.length === 0
    })
  })
})

it('idleTimeout is paused while the read-ahead buffer is full', async () => {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      const encoder = new TextEncoder()
      controller.enqueue(encoder.encode(`data: ${'x'.repeat(40_000)}\n\n`.repeat(4)))
      controller.enqueue(encoder.encode('event: last\ndata\n\n'))
    },
  })
  const source = open(STUB_URL, { idleTimeout: 100, fetch: () => Promise.resolve(response(body)) })
  const errors = errorsOf(source)
  source.onmessage = () => {
    work(60)
  }
  await nextMessage(source, 'last')
  expect(errors).toEqual([])
})

describe('listener slower than the stream', () => {
  it('limits read-ahead to 64 KiB plus one chunk', async () => {
    const chunk = `data: ${'x'.repeat(1_000)}\n\n`.repeat(16)
    const body = countingStream(() => chunk)
    const source = open(STUB_URL, { fetch: () => Promise.resolve(response(body.stream)) })
    let received = 0
    let ahead = 0
    await new Promise<void>((done) => {
      source.onmessage = () => {
        received += 1_008
        ahead = Math.max(ahead, body.pulls * chunk.length - received)
        if (received > 1_000_000) done()
      }
    })
    source.close()
    expect(ahead).toBeGreaterThan(0)
    expect(ahead).toBeLessThanOrEqual(64 * 1024 + 2 * chunk.length)
  })
})
