/** Streams of numbered messages, each with its number as ID. A request with `Last-Event-ID` receives the messages after it. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Extra } from '../server/server.ts'

export interface FeedRequest {
  lastEventId: string | undefined
  method: string
  /** The header `X-Tab`, for pages that share a connection. */
  tab: number | undefined
  /** By `performance.now()`. */
  at: number
  closedAt: number | undefined
}

/** How often to send, in ms; never by default. */
export interface Rhythm {
  messages?: number
  /** After the first one of each connection. */
  comments?: number
  /** Whether all connections share a timer for comments, so that the first one of a connection is early. */
  isShared?: boolean
}

const COMMENT = ':\n\n'

/** The longest wait for a condition, in ms. */
export const PATIENCE = 60_000

/** Long enough to be cut into parts. */
const PADDING = 'x'.repeat(200)

/** The most requests that a feed answers. More would mean that a test can't end. */
const MAX_REQUESTS = 1_000

export class Feed {
  readonly path: string
  readonly requests: FeedRequest[] = []
  /** The number of the newest message. */
  sent = 0
  readonly #responses = new Set<ServerResponse>()
  readonly #watchers = new Set<() => void>()
  readonly #timers: NodeJS.Timeout[] = []
  readonly #rhythm: Rhythm

  constructor(path: string, rhythm: Rhythm) {
    this.path = path
    this.#rhythm = rhythm
    const { messages, comments, isShared } = rhythm
    if (messages !== undefined) this.#timers.push(setInterval(this.send.bind(this), messages))
    if (comments !== undefined && isShared) this.#timers.push(setInterval(this.#write.bind(this), comments, COMMENT))
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    const header = request.headers['last-event-id']
    const lastEventId = header === undefined ? undefined : String(header)
    const { method = '', headers } = request
    const tab = headers['x-tab'] === undefined ? undefined : Number(headers['x-tab'])
    const logged: FeedRequest = { lastEventId, method, tab, at: performance.now(), closedAt: undefined }
    this.requests.push(logged)
    if (this.requests.length > MAX_REQUESTS) response.writeHead(204).end()
    else {
      response.setHeader('Content-Type', 'text/event-stream')
      response.write(COMMENT)
      const { comments, isShared } = this.#rhythm
      if (comments !== undefined && !isShared) {
        const timer = setInterval(() => response.write(COMMENT), comments)
        response.once('close', () => {
          clearInterval(timer)
        })
        this.#timers.push(timer)
      }
      for (let i = Number(lastEventId ?? 0) + 1; i <= this.sent; i++) response.write(messageOf(i))
      this.#responses.add(response)
    }
    response.once('close', () => {
      this.#responses.delete(response)
      logged.closedAt = performance.now()
      this.#changed()
    })
    this.#changed()
  }

  /** Sends the next message. */
  send(): void {
    this.sent++
    this.#write(messageOf(this.sent))
  }

  /** Stops the rhythm. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  get open(): number {
    return this.#responses.size
  }

  /** Resolves when the condition holds. */
  async until(holds: (feed: this) => boolean, what: string, patience = PATIENCE): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (holds(this)) finish(resolve)
      }
      const finish = (settle: () => void): void => {
        clearTimeout(timer)
        this.#watchers.delete(look)
        settle()
      }
      const timer = setTimeout(() => {
        finish(() => {
          const { requests, open } = this
          reject(new Error(`Not within ${patience} ms: ${what}; ${JSON.stringify({ open, requests })}`))
        })
      }, patience)
      this.#watchers.add(look)
      look()
    })
  }

  /** Resolves with the nth request. */
  async request(nth: number, patience?: number): Promise<FeedRequest> {
    await this.until(({ requests }) => requests.length >= nth, `request ${nth}`, patience)
    return this.requests[nth - 1] as FeedRequest
  }

  #write(text: string): void {
    for (const response of this.#responses) response.write(text)
    this.#changed()
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher()
  }
}

function messageOf(number: number): string {
  return `id: ${number}\ndata: ${PADDING}\n\n`
}

/** Numbers as the recorded IDs of messages: `['1', '2', …]`. */
export function upTo(last: number): string[] {
  return Array.from({ length: last }, (_, i) => String(i + 1))
}

/** The feeds of a server. */
export class Feeds {
  readonly #feeds = new Map<string, Feed>()

  open(rhythm: Rhythm = {}): Feed {
    // Prefixed, because the IDs of programs are plain numbers.
    const feed = new Feed(`/feed/feed${this.#feeds.size}`, rhythm)
    this.#feeds.set(feed.path, feed)
    return feed
  }

  readonly serve: Extra = (request, response) => {
    const feed = this.#feeds.get(request.url ?? '')
    feed?.serve(request, response)
    return feed !== undefined
  }

  stop(): void {
    for (const feed of this.#feeds.values()) feed.stop()
  }
}
