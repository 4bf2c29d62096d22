/** What the buttons of the page make the server do to its streams: `POST /control` with `{"action": "drop", "path": "/numbers"}`. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ControlName } from '../src/inspector/settings.ts'
import type { Exchange } from './streams.ts'

/** How many messages a burst has. */
export const BURST = 10_000

/** In seconds. */
const STALL = 5
const REFUSAL = 5

/** Bytes of an order. */
const LARGEST_ORDER = 1_024

export class Control {
  readonly #open = new Map<string, Set<Exchange>>()
  readonly #refusedUntil = new Map<string, number>()

  /** A connection that can be acted on until it closes. */
  add(path: string, exchange: Exchange): void {
    const exchanges = this.#open.get(path) ?? new Set()
    this.#open.set(path, exchanges.add(exchange))
    exchange.response.once('close', () => exchanges.delete(exchange))
  }

  /** Answers 503 if that is what the server was told; returns whether it has. */
  refuse(path: string, { response, clock, say }: Exchange): boolean {
    if (clock.now() >= (this.#refusedUntil.get(path) ?? 0)) return false
    say('answers 503')
    response
      .writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8' })
      .end('This is the 503 that was asked for.\n')
    return true
  }

  /** Does what it was told, and says so. */
  async obey(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const order = await readOrder(request)
    const told = order && this.#act(order.action, [...(this.#open.get(order.path) ?? [])], order.path)
    response
      .writeHead(told === undefined ? 400 : 200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ told: told ?? 'This is no order' }))
  }

  #act(action: ControlName, exchanges: Exchange[], path: string): string {
    const [first] = exchanges
    if (!first) return `Nobody is connected to ${path}.`
    for (const exchange of exchanges) ACTIONS[action].act(exchange)
    if (action === 'refuse') this.#refusedUntil.set(path, first.clock.now() + REFUSAL)
    return ACTIONS[action].told
  }
}

const ACTIONS: Record<ControlName, { told: string; act: (exchange: Exchange) => void }> = {
  drop: { told: 'The connection has been dropped.', act: drop },
  stall: {
    told: `Nothing is sent for ${STALL} seconds.`,
    act: ({ clock, say }) => {
      say(`stalls for ${STALL} s`)
      clock.stall(STALL)
    },
  },
  refuse: {
    told: `The connection has been dropped, and requests are answered with 503 for ${REFUSAL} seconds.`,
    act: drop,
  },
  burst: {
    told: `${BURST.toLocaleString('en')} messages have been sent at once.`,
    act: ({ response, say }) => {
      say(`sends ${BURST} messages at once`)
      response.write(Array.from({ length: BURST }, (_, index) => `data: burst ${index + 1}\n\n`).join(''))
    },
  },
}

function drop({ request, say }: Exchange): void {
  say('drops the connection')
  request.socket.destroy()
}

/** Undefined where it is none. Other sites' pages cannot send JSON without asking first, and nobody allows it. */
async function readOrder(request: IncomingMessage): Promise<{ action: ControlName; path: string } | undefined> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return undefined
  let text = ''
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk
    if (text.length > LARGEST_ORDER) return undefined
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
