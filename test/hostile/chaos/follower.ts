/** One client and what it has seen of the log. */

import type { FailureReason } from '../../../dist/index.js'
import { type Follow, QUESTION, SEEN } from './clients.ts'
import type { Head } from './http-reader.ts'
import type { Log } from './log.ts'

export class Follower {
  /** How it follows. */
  readonly kind: string
  messages = 0
  lost = 0
  doubled = 0
  /** How often it came back, by why it had to. */
  readonly reasons: Partial<Record<FailureReason, number>> = {}
  /** What must not have happened, said as it was. */
  readonly faults: string[] = []
  /** Requests that have come to the proxy whole. */
  requests = 0
  /** Those that went on after a message. */
  resumed = 0
  readonly #log: Log
  /** The number and the ID of the last message that its listener has had. */
  #seen = 0
  #lastId = ''
  readonly #leave: () => void

  constructor(kind: string, follow: Follow, url: string, log: Log) {
    this.kind = kind
    this.#log = log
    this.#leave = follow(url, {
      seen: () => this.#lastId,
      message: (type, data, id) => {
        this.#take(type, data, id)
      },
      lost: ({ reason }) => {
        this.reasons[reason] = (this.reasons[reason] ?? 0) + 1
      },
      failed: (error) => {
        this.faults.push(`it has failed: ${String(error)}`)
      },
    })
  }

  /** How many messages of the log it has got to. */
  get seen(): number {
    return this.#seen
  }

  /** Compares what it asks for with what its listener had seen. */
  inspect(url: URL, { line, headers }: Head, body: string): void {
    this.requests++
    const id = headers.get('last-event-id') ?? url.searchParams.get('after') ?? ''
    const seen = decodeURIComponent(headers.get(SEEN) ?? 'nothing that it tells')
    if (id !== seen) this.faults.push(`it asked for what is after "${id}", and had seen "${seen}"`)
    if (id !== '') this.resumed++
    const isPost = this.kind.includes('POST') && (!this.kind.includes('by GET') || id === '')
    if (!line.startsWith(isPost ? 'POST' : 'GET')) this.faults.push(`its request was ${line}`)
    if (body !== (isPost ? QUESTION : '')) this.faults.push(`its body was "${body}"`)
  }

  close(): void {
    this.#leave()
  }

  #take(type: string, data: string, id: string): void {
    this.messages++
    const number = Number.parseInt(id, 10)
    if (number <= this.#seen) this.doubled++
    else this.lost += number - this.#seen - 1
    const entry = this.#log.entries[number - 1]
    if (entry?.id !== id || entry.type !== type || entry.data !== data) {
      const sent = JSON.stringify(entry)
      this.faults.push(`${JSON.stringify({ type, data, id })} came, and ${sent} had been sent`)
    }
    this.#seen = number
    this.#lastId = id
  }
}
