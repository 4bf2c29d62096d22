/** The server actions of the inspector: `POST /control` with `{"action": "drop", "path": "/numbers"}`. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ControlName } from '../src/inspector/settings.ts'
import type { Exchange } from './streams.ts'

/** Messages in a burst. */
export const BURST = 10_000

/** In seconds. */
const STALL = 5
const REFUSAL = 5

/** In bytes. */
const MAX_COMMAND = 1_024

export class Control {
  readonly #open = new Map<string, Set<Exchange>>()
  readonly #refusedUntil = new Map<string, number>()

  /** Registers a connection until it closes. */
  add(path: string, exchange: Exchange): void {
    const exchanges = this.#open.get(path) ?? new Set()
    this.#open.set(path, exchanges.add(exchange))
    exchange.response.once('close', () => exchanges.delete(exchange))
  }

  /** Sends a 503 if the path is being refused; returns whether it did. */
  refuse(path: string, { response, clock, log }: Exchange): boolean {
    if (clock.now() >= (this.#refusedUntil.get(path) ?? 0)) return false
    log('responds with 503')
    response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Requested 503\n')
    return true
  }

  /** Performs the requested action and reports the result. */
  async perform(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const command = await readCommand(request)
    const message = command && this.#act(command.action, [...(this.#open.get(command.path) ?? [])], command.path)
    response
      .writeHead(message === undefined ? 400 : 200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ message: message ?? 'Invalid action' }))
  }

  #act(action: ControlName, exchanges: Exchange[], path: string): string {
    const [first] = exchanges
    if (!first) return `No client is connected to ${path}.`
    for (const exchange of exchanges) ACTIONS[action].act(exchange)
    if (action === 'refuse') this.#refusedUntil.set(path, first.clock.now() + REFUSAL)
    return ACTIONS[action].message
  }
}

const ACTIONS: Record<ControlName, { message: string; act: (exchange: Exchange) => void }> = {
  drop: { message: 'Dropped the connection.', act: drop },
  stall: {
    message: `The server sends nothing for ${STALL} seconds.`,
    act: ({ clock, log }) => {
      log(`stalls for ${STALL} s`)
      clock.stall(STALL)
    },
  },
  refuse: {
    message: `Dropped, and responding with 503 for ${REFUSAL} s.`,
    act: drop,
  },
  burst: {
    message: `Sent ${BURST.toLocaleString('en')} messages at once.`,
    act: ({ response, log }) => {
      log(`sends ${BURST} messages at once`)
      response.write(Array.from({ length: BURST }, (_, index) => `data: burst ${index + 1}\n\n`).join(''))
    },
  },
}

function drop({ request, log }: Exchange): void {
  log('drops the connection')
  request.socket.destroy()
}

/** Requires JSON, which other sites' pages can't send without a CORS preflight. Returns undefined if invalid. */
async function readCommand(request: IncomingMessage): Promise<{ action: ControlName; path: string } | undefined> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return undefined
  let text = ''
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk
    if (text.length > MAX_COMMAND) return undefined
  }
  try {
    const { action, path } = Object(JSON.parse(text)) as { action?: unknown; path?: unknown }
    return isAction(action) && typeof path === 'string' ? { action, path } : undefined
  } catch {
    return undefined
  }
}

function isAction(value: unknown): value is ControlName {
  return typeof value === 'string' && Object.hasOwn(ACTIONS, value)
}
