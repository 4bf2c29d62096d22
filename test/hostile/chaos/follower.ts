/** One client and the messages it received. */

import type { FailureReason } from '../../../dist/index.js'
import { type Follow, QUESTION, SEEN } from './clients.ts'
import type { Head } from './http-reader.ts'
import type { Log } from './log.ts'

export class Follower {
  /** A key of `CLIENTS`. */
  readonly kind: string
  messages = 0
  lost = 0
  duplicated = 0
  /** Reconnections by reason. */
  readonly reasons: Partial<Record<FailureReason, number>> = {}
  /** Descriptions of violations. */
  readonly faults: string[] = []
  /** Complete requests at the proxy. */
  requests = 0
  /** Requests that resume after a message. */
  resumed = 0
  readonly #log: Log
  /** Number and ID of the last message received. */
  #seen = 0
  #lastId = ''
  readonly #close: () => void

  constructor(kind: string, follow: Follow, url: string, log: Log) {
    this.kind = kind
    this.#log = log
    this.#close = follow(url, {
      seen: () => this.#lastId,
      message: (type, data, id) => {
        this.#take(type, data, id)
      },
      lost: ({ reason }) => {
        this.reasons[reason] = (this.reasons[reason] ?? 0) + 1
      },
      failed: (error) => {
        this.faults.push(`failed: ${String(error)}`)
      },
    })
  }

  /** Number of the last message received. */
  get seen(): number {
    return this.#seen
  }

  /** Checks the request, above all that it resumes after the last message received. */
  inspect(url: URL, { line, headers }: Head, body: string): void {
    this.requests++
    const id = headers.get('last-event-id') ?? url.searchParams.get('after') ?? ''
    const seen = decodeURIComponent(headers.get(SEEN) ?? '(header missing)')
    if (id !== seen) this.faults.push(`requested messages after "${id}", last received "${seen}"`)
    if (id !== '') this.resumed++
    const isPost = this.kind.includes('POST') && (!this.kind.includes('by GET') || id === '')
    if (!line.startsWith(isPost ? 'POST' : 'GET')) this.faults.push(`wrong request: ${line}`)
    if (body !== (isPost ? QUESTION : '')) this.faults.push(`wrong body: "${body}"`)
  }

  close(): void {
    this.#close()
  }

  #take(type: string, data: string, id: string): void {
    this.messages++
    const number = Number.parseInt(id, 10)
    if (number <= this.#seen) this.duplicated++
    else this.lost += number - this.#seen - 1
    const entry = this.#log.entries[number - 1]
    if (entry?.id !== id || entry.type !== type || entry.data !== data) {
      const sent = JSON.stringify(entry)
      this.faults.push(`received ${JSON.stringify({ type, data, id })}, sent ${sent}`)
    }
    this.#seen = number
    this.#lastId = id
  }
}
