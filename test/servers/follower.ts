/** A common interface to `EventSource` and `streamEvents`, with a method for the next message. */

import { ConnectionError, EventSource, type EventSourceInit, streamEvents } from './everysource.ts'
import { until } from './until.ts'

export interface Message {
  type: string
  data: string
  id: string
}

export interface Follower {
  readonly comments: string[]
  /** Errors so far. */
  readonly failures: ConnectionError[]
  /** The first accepted response. */
  readonly opened: Promise<Response>
  /** Reconnection time in ms. */
  readonly reconnectionTime: number
  /** Resolves with the next message. */
  next(): Promise<Message>
  /** Number of messages received but not taken yet. */
  readonly waiting: number
  /** Whether it has failed permanently or is closed. */
  readonly hasEnded: boolean
  close(): void
}

export type Follow = (url: string, init?: EventSourceInit) => Follower

/** Event types in the tests. */
const TYPES = ['message', 'news', 'alarm', 'arrival']

abstract class Queue {
  readonly comments: string[] = []
  readonly failures: ConnectionError[] = []
  readonly #messages: Message[] = []

  get waiting(): number {
    return this.#messages.length
  }

  async next(): Promise<Message> {
    const errors = (): string => this.failures.map(({ message }) => message).join(', ')
    await until(
      () => this.#messages.length > 0,
      () => `no message; errors: ${errors()}`,
    )
    const message = this.#messages.shift()
    if (message === undefined) throw new Error('another caller took the message')
    return message
  }

  protected take(message: Message): void {
    this.#messages.push(message)
  }
}

class Source extends Queue implements Follower {
  readonly #source: EventSource
  readonly opened: Promise<Response>

  constructor(url: string, init: EventSourceInit = {}) {
    super()
    this.#source = new EventSource(url, { ...init, onComment: (text) => this.comments.push(text) })
    this.opened = new Promise((resolve, reject) => {
      this.#source.addEventListener('open', ({ response }) => {
        resolve(response)
      })
      this.#source.addEventListener('error', ({ error, willReconnect }) => {
        if (error && !willReconnect) reject(error)
      })
    })
    this.opened.catch(() => undefined)
    this.#source.addEventListener('error', ({ error }) => {
      if (error) this.failures.push(error)
    })
    for (const type of TYPES) {
      this.#source.addEventListener(type, ({ data, lastEventId }: MessageEvent<string>) => {
        this.take({ type, data, id: lastEventId })
      })
    }
  }

  get reconnectionTime(): number {
    return this.#source.reconnectionTime
  }

  get hasEnded(): boolean {
    return this.#source.readyState === EventSource.CLOSED
  }

  close(): void {
    this.#source.close()
  }
}

class Loop extends Queue implements Follower {
  readonly #stream: ReturnType<typeof streamEvents>
  readonly opened: Promise<Response>
  hasEnded = false

  constructor(url: string, init: EventSourceInit = {}) {
    super()
    this.#stream = streamEvents(url, { ...init, onComment: (text) => this.comments.push(text) })
    this.opened = this.#stream.response
    void this.#read()
  }

  get reconnectionTime(): number {
    return this.#stream.reconnectionTime
  }

  close(): void {
    this.#stream.close()
  }

  async #read(): Promise<void> {
    try {
      for await (const { type, data, lastEventId } of this.#stream) this.take({ type, data, id: lastEventId })
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
      this.failures.push(error)
    } finally {
      this.hasEnded = true
    }
  }
}

export const eventSource: Follow = (url, init) => new Source(url, init)

export const SURFACES: Record<string, Follow> = {
  EventSource: eventSource,
  streamEvents: (url, init) => new Loop(url, init),
}
