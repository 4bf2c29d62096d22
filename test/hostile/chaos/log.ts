/** A growing log of numbered messages, and a server that streams it from a given ID. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { oneOf, type Random } from './random.ts'

export interface Entry {
  type: 'message' | 'update'
  data: string
  id: string
}

/** Interval between new messages, in ms. */
const INTERVAL = 25

/** Includes characters of one to four bytes, so that cuts split some, and text with a meaning elsewhere in a stream. */
const WORDS = [
  'a',
  'Zürich',
  '日本',
  '🦊🦊',
  'data:',
  'id: 1',
  ': no comment',
  '',
  '  spaces  ',
  '0',
  '\u0000',
] as const
const LINE_ENDS = ['\n', '\r', '\r\n'] as const

export class Log {
  readonly entries: Entry[] = []
  readonly #blocks: Buffer[] = []
  readonly #random: Random
  readonly #followers = new Set<() => void>()
  readonly #timer: NodeJS.Timeout

  constructor(random: Random) {
    this.#random = random
    this.#timer = setInterval(() => {
      this.#add()
    }, INTERVAL)
  }

  /** Encoded messages after the first `count`. */
  after(count: number): Buffer {
    return Buffer.concat(this.#blocks.slice(count))
  }

  /** Calls back after each new message, until the returned function is called. */
  follow(callback: () => void): () => void {
    this.#followers.add(callback)
    return () => this.#followers.delete(callback)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #add(): void {
    const random = this.#random
    const lines = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
      Array.from({ length: Math.floor(random() * 6) }, () => oneOf(random, WORDS)).join(' '),
    )
    const entry: Entry = {
      type: oneOf(random, ['message', 'update']),
      data: lines.join('\n'),
      // Some are not ASCII, so that a cut may split a character.
      id: `${this.entries.length + 1}${oneOf(random, ['', '·', 'é'])}`,
    }
    this.entries.push(entry)
    this.#blocks.push(Buffer.from(block(entry, random)))
    for (const callback of this.#followers) callback()
  }
}

/** Encodes a message with its fields in random order and random comments. */
function block({ type, data, id }: Entry, random: Random): string {
  const fields = [
    `id: ${id}`,
    ...(type === 'message' ? [] : [`event: ${type}`]),
    ...(random() < 0.3 ? [': a comment'] : []),
  ]
  const lines = data.split('\n').map((line) => `data: ${line}`)
  const all = random() < 0.5 ? [...fields, ...lines] : [...lines, ...fields]
  const end = oneOf(random, LINE_ENDS)
  return all.map((line) => line + end).join('') + end
}

export interface LogServer {
  port: number
  close: () => void
}

/** Streams the log after the ID in the header or in the query. */
export async function serveLog(log: Log): Promise<LogServer> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://log.test')
    const id = request.headers['last-event-id'] ?? searchParams.get('after') ?? ''
    let next = Number.parseInt(String(id), 10) || 0
    request.resume()
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.flushHeaders()
    const send = (): void => {
      if (next === log.entries.length) return
      response.write(log.after(next))
      next = log.entries.length
    }
    response.once('close', log.follow(send))
    send()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
