/**
 * Commands for tabs, and their reports, over HTTP and a `BroadcastChannel`. Drivers are too slow for twenty tabs, and WebKit's gives up
 * when a content process is killed.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { PATIENCE } from '../awake/feed.ts'
import type { Extra } from '../server/server.ts'

/** The page that opens windows. On another site, so that Firefox gives them content processes. */
export const OPENER = 0

/** The page that forwards commands to the other tabs. */
export const RELAY = 1

/** How long to wait for a reply, in ms, before a command is sent again: on a busy machine, one in thousands gets lost. */
const RESENDING = 5_000

/** Prefixed, because the IDs of programs are plain numbers. */
const pathOf = (tab: number): string => `/commands/tab${tab}`

export interface Report {
  /** By `performance.now()`. */
  at: number
  tab: number
  /** `arrived`, `joined`, or a name that a test chose. */
  what: string
  value?: unknown
}

interface Reply {
  id: number
  value?: unknown
  error?: string
}

type Settle = [resolve: (value: unknown) => void, reject: (error: Error) => void]

/** Commands for a page that polls. */
class Line {
  #commands: object[] = []
  #waiting: ServerResponse | undefined

  send(command: object): void {
    this.#commands.push(command)
    this.#flush()
  }

  poll(response: ServerResponse): void {
    this.#waiting = response
    this.#flush()
  }

  #flush(): void {
    if (!this.#waiting || this.#commands.length === 0) return
    this.#waiting.end(JSON.stringify(this.#commands))
    this.#waiting = undefined
    this.#commands = []
  }
}

export class Remote {
  readonly reports: Report[] = []
  #lastId = 0
  readonly #lines = new Map([OPENER, RELAY].map((tab) => [pathOf(tab), new Line()]))
  readonly #replies = new Map<number, Settle>()
  readonly #watchers = new Set<() => void>()

  readonly serve: Extra = (request, response) => {
    const { url = '' } = request
    const line = this.#lines.get(url)
    if (line) line.poll(response)
    else if (url === '/reply' || url === '/report') void this.#receive(request, response)
    else return false
    return true
  }

  /** Evaluates an expression in a tab and returns its value as JSON, awaiting a promise. */
  async evaluate(tab: number, code: string, patience = PATIENCE): Promise<unknown> {
    const id = ++this.#lastId
    const line = this.#lines.get(pathOf(tab === OPENER ? OPENER : RELAY))
    const send = (): void => line?.send({ tab, id, code })
    send()
    const resending = setInterval(send, RESENDING)
    try {
      return await new Promise((resolve, reject) => {
        this.#replies.set(id, [resolve, reject])
        setTimeout(reject, patience, new Error(`Tab ${tab} did not answer within ${patience} ms: ${code}`)).unref()
      })
    } finally {
      clearInterval(resending)
      this.#replies.delete(id)
    }
  }

  /** Resolves with the first report after the first `from` ones that matches. */
  async report(tab: number, what: string, from: number, patience = PATIENCE): Promise<Report> {
    const find = (): Report | undefined => this.reports.slice(from).find((it) => it.tab === tab && it.what === what)
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find()
        if (!found) return
        clearTimeout(timer)
        this.#watchers.delete(look)
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.#watchers.delete(look)
        reject(new Error(`Tab ${tab} has not reported "${what}" within ${patience} ms`))
      }, patience)
      this.#watchers.add(look)
      look()
    })
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await text(request)) as Omit<Report, 'at'> | Reply
    response.end()
    if ('id' in body) {
      const [resolve, reject] = this.#replies.get(body.id) ?? []
      if (body.error === undefined) resolve?.(body.value)
      else reject?.(new Error(body.error))
    } else {
      this.reports.push({ ...body, at: performance.now() })
      for (const watcher of [...this.#watchers]) watcher()
    }
  }
}
