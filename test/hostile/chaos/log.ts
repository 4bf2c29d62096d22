/** A log of numbered messages that grows, and a server that follows it from the ID on that it gets. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { oneOf, type Random } from './random.ts'

export interface Entry {
  type: 'message' | 'update'
  data: string
  id: string
}

/** How often there is a new one, in ms. */
const INTERVAL = 25

/** Characters of one to four bytes, so that cuts go through some, and what means something elsewhere in a stream. */
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

  /** What comes after the first so many. */
  after(count: number): Buffer {
    return Buffer.concat(this.#blocks.slice(count))
  }

  /** Calls back after each new one, until the function that is returned is called. */
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
      // Not all in ASCII, so that a cut may go through one.
      id: `${this.entries.length + 1}${oneOf(random, ['', '·', 'é'])}`,
    }
    this.entries.push(entry)
    this.#blocks.push(Buffer.from(block(entry, random)))
    for (const callback of this.#followers) callback()
  }
}

/** The message as it is sent: its fields in any order, among comments. */
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

/** Sends each client the log from the ID on, be it in the header or in the query. */
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
