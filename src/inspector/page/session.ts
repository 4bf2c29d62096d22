/** Follows a stream: a source of ours, what it does, and what is observed of its requests. */

import { observe, type Observer } from '../../diagnosis/observe.ts'
import { EventSource, type ConnectionError } from '../../index.ts'
import { Recording, type Message } from './recording.ts'
import { commandFor, type Wanted } from './request.ts'
import { direct, forwardedBy, isReachable } from './ways.ts'

/** Answers that say "later". */
const LATER = [429, 502, 503, 504]

/** What the head of the last answer was. */
export interface Answer {
  status: number
  url: string
  headers: [name: string, value: string][]
  /** The text of one that was refused. */
  body: string | undefined
}

export interface SessionSettings {
  wanted: Wanted
  /** Where the local server forwards. */
  forward: string
  onMessage: (message: Message) => void
  /** A type of messages that has not been known. */
  onType: (type: string) => void
  /** Something that is to be seen has changed. */
  onChange: () => void
}

export class Session {
  readonly wanted: Wanted
  readonly recording: Recording
  readonly observer: Observer
  answer: Answer | undefined
  /** Why there was no answer, in words. */
  explanation: string | undefined
  #source: EventSource | undefined
  readonly #settings: SessionSettings
  readonly #types = new Set<string>()

  constructor(settings: SessionSettings) {
    const { wanted, forward, onChange } = settings
    this.#settings = settings
    this.wanted = wanted
    this.recording = new Recording(performance.now())
    const send =
      wanted.way === 'direct' ? direct : forwardedBy(forward, wanted.headers, () => this.#source?.lastEventId ?? '')
    this.observer = observe({
      fetch: (url, init) => {
        const sentId = textOf(init.headers['Last-Event-ID'])
        this.recording.connecting(
          performance.now(),
          sentId,
          `${init.method} ${wanted.url.pathname}${wanted.url.search}`,
        )
        onChange()
        return send(url, init)
      },
      onChange,
      onType: (type) => {
        this.#hear(type)
      },
    })
  }

  /** Connects. Not what the constructor does: what is told of the request wants to know of the session. */
  start(): void {
    const { url, method, body, way, headers, reconnects, isPatient } = this.wanted
    this.#source = new EventSource(url, {
      method,
      body,
      ...(way === 'direct' && { headers }),
      fetch: this.observer.fetch,
      reconnect: reconnects && {
        shouldReconnect: ({ status = 0 }) => (isPatient && LATER.includes(status) ? true : undefined),
      },
    })
    this.#follow(this.#source)
    for (const type of ['message', ...this.wanted.types]) this.#hear(type)
  }

  get reconnectionTime(): number {
    return this.#source?.reconnectionTime ?? 0
  }

  /** @param why in a sentence */
  close(why: string): void {
    this.#source?.close()
    this.recording.closed(performance.now(), why)
    this.#settings.onChange()
  }

  #follow(source: EventSource): void {
    const { onChange } = this.#settings
    source.addEventListener('open', (event) => {
      // A message of the stream: `#hear` shows it.
      if ('data' in event) return
      const { status, url, headers } = event.response
      this.answer = { status, url: url || this.wanted.url.href, headers: [...headers], body: undefined }
      this.explanation = undefined
      this.recording.opened(performance.now(), `Open: ${status}, ${headers.get('content-type') ?? 'no Content-Type'}`)
      onChange()
    })
    source.addEventListener('error', (event) => {
      // A message of the stream: `#hear` shows it.
      if ('data' in event) return
      const { error, message, delay } = event
      this.#keepRefused(error)
      this.recording.lost(performance.now(), message, delay)
      if (error.reason === 'network') void this.#explain()
      onChange()
    })
  }

  #keepRefused({ status, headers, body, url }: ConnectionError): void {
    if (status !== undefined) this.answer = { status, url, headers: [...(headers ?? [])], body }
  }

  #hear(type: string): void {
    if (this.#types.has(type)) return
    this.#types.add(type)
    this.#source?.addEventListener(type, (event) => {
      // A stream may name its messages as a source names its own events, which have no data.
      if (!(event instanceof MessageEvent)) return
      const { data, lastEventId } = event as MessageEvent<string>
      const message = this.recording.message(performance.now(), type, lastEventId, data)
      this.#settings.onMessage(message)
      const { closeAt } = this.wanted
      if (closeAt !== '' && (type === closeAt || data === closeAt)) this.close(`Closed by the page, at “${closeAt}”`)
      else this.#settings.onChange()
    })
    this.#settings.onType(type)
  }

  /** What the browser does not say: whether nobody has answered, or the page may not read the answer. */
  async #explain(): Promise<void> {
    const { url, way, method } = this.wanted
    if (way === 'forwarded' || url.origin === location.origin || this.answer) return
    const reachable = await isReachable(url, method)
    const origin = url.origin
    if (reachable === false)
      this.explanation = `Nobody answers at ${origin}: is the server running, and is the address right?`
    else {
      const known = reachable
        ? `${origin} answers, but does not allow this page to read it (CORS). That binds pages of other origins: programs, and the server’s own pages, can read it. `
        : ''
      this.explanation = `${known}To read it without its permission, choose “Forwarded”, or type: ${commandFor(this.wanted)}`
    }
    this.#settings.onChange()
  }
}

/** A header is bytes, one character each, and those of an ID are UTF-8. */
function textOf(header: string | undefined): string | undefined {
  if (header === undefined || !/^[\0-\xff]*$/.test(header)) return header
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(header, (byte) => byte.charCodeAt(0)))
  } catch {
    return header
  }
}
