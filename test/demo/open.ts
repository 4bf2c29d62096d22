/** Servers and sources that end with their test, and what they heard. */

import { EventSource, type EventSourceInit, type SourceMessageEvent } from 'everysource'
import { get, type IncomingMessage } from 'node:http'
import { expect, onTestFinished, vi } from 'vitest'
import { startServer, type DemoServer, type ServerSettings } from '../../demo/server.ts'

/** What the streams take for a second, in ms. */
export const SECOND = 20

export async function openServer(settings: ServerSettings = {}): Promise<DemoServer> {
  const server = await startServer({ second: SECOND, ...settings })
  onTestFinished(() => server.close())
  return server
}

/** A source and all that came from it. */
export interface Recording {
  source: EventSource
  /** `open`, `error`, and `type: data` for messages. */
  heard: string[]
  /** The messages themselves. */
  messages: SourceMessageEvent[]
  /** How many bytes the response has brought. */
  bytes: () => number
}

/** Listens to messages of those types. */
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
  const heard: string[] = []
  const messages: SourceMessageEvent[] = []
  source.addEventListener('open', () => heard.push('open'))
  source.addEventListener('error', () => heard.push('error'))
  for (const type of types) {
    source.addEventListener(type, (message) => {
      messages.push(message)
      heard.push(`${type}: ${message.data}`)
    })
  }
  return { source, heard, messages, bytes: () => bytes }
}

/** A response as it comes over the wire. */
export interface Wire {
  response: IncomingMessage
  /** Each write of the server's. */
  writes: string[]
}

export async function openWire(url: string | URL, headers: Record<string, string> = {}): Promise<Wire> {
  const writes: string[] = []
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers }, (response) => {
      // At once: to set an encoding later would join what has come until then.
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
