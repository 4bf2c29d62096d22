/** Servers and sources that are closed after each test. */

import { EventSource, type EventSourceInit, type SourceMessageEvent } from 'everysource'
import { get, type IncomingMessage } from 'node:http'
import { expect, onTestFinished, vi } from 'vitest'
import { startServer, type DemoServer, type ServerSettings } from '../../demo/server.ts'

/** Length of a second in the streams, in ms. */
export const SECOND = 20

export async function openServer(settings: ServerSettings = {}): Promise<DemoServer> {
  const server = await startServer({ second: SECOND, ...settings })
  onTestFinished(() => server.close())
  return server
}

/** A source and its events. */
export interface Recording {
  source: EventSource
  /** `open`, `error`, and `type: data` for messages. */
  events: string[]
  messages: SourceMessageEvent[]
  /** The number of bytes received. */
  bytes: () => number
}

/** Opens a source and records its events of these types. */
export function listen(url: string | URL, types: string[] = ['message'], options: EventSourceInit = {}): Recording {
  let bytes = 0
  const source = new EventSource(url, {
    ...options,
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      const counter = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          bytes += chunk.byteLength
          controller.enqueue(chunk)
        },
      })
      const { status, url, headers } = response
      return { status, url, headers, body: response.body?.pipeThrough(counter) }
    },
  })
  onTestFinished(() => {
    source.close()
  })
  const events: string[] = []
  const messages: SourceMessageEvent[] = []
  source.addEventListener('open', () => events.push('open'))
  source.addEventListener('error', () => events.push('error'))
  for (const type of types) {
    source.addEventListener(type, (message) => {
      messages.push(message)
      events.push(`${type}: ${message.data}`)
    })
  }
  return { source, events, messages, bytes: () => bytes }
}

/** A raw response. */
export interface Wire {
  response: IncomingMessage
  /** The server's writes. */
  writes: string[]
}

export async function openWire(url: string | URL, headers: Record<string, string> = {}): Promise<Wire> {
  const writes: string[] = []
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers }, (response) => {
      // Set at once, because setting the encoding later joins the buffered chunks.
      response.setEncoding('utf8').on('data', (chunk: string) => writes.push(chunk))
      // The server may drop it.
      response.on('error', () => undefined)
      resolve(response)
    }).once('error', reject)
  })
  onTestFinished(() => {
    response.destroy()
  })
  return { response, writes }
}

/** Waits until the condition holds. */
export function until(condition: () => boolean): Promise<void> {
  return vi.waitFor(
    () => {
      expect(condition()).toBe(true)
    },
    { timeout: 120_000, interval: 5 },
  )
}
