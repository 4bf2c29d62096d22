/** Follows a stream, and records its source and its requests. */

import { observe, type Observer } from '../../diagnosis/observe.ts'
import { EventSource, type ConnectionError } from '../../index.ts'
import { Recording, type Message } from './recording.ts'
import { commandFor, type Wanted } from './request.ts'
import { direct, forwardedBy, isReachable } from './routes.ts'

/** Statuses of temporary errors. */
const TRANSIENT = [429, 502, 503, 504]

/** The last response. */
export interface ResponseInfo {
  status: number
  url: string
  headers: [name: string, value: string][]
  /** Only of a refused response. */
  body: string | undefined
}

export interface SessionSettings {
  wanted: Wanted
  /** URL of the local server's forwarding endpoint. */
  forward: string
  onMessage: (message: Message) => void
  /** Called for each new event type. */
  onType: (type: string) => void
  onChange: () => void
}

export class Session {
  readonly wanted: Wanted
  readonly recording: Recording
  readonly observer: Observer
  response: ResponseInfo | undefined
  /** Why there is no response. */
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
      wanted.route === 'direct' ? direct : forwardedBy(forward, wanted.headers, () => this.#source?.lastEventId ?? '')
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
        this.#listen(type)
      },
    })
  }

  /** Connects. Separate from the constructor, because the callbacks use the session. */
  start(): void {
    const { url, method, body, route, headers, reconnects, retriesTransient } = this.wanted
    this.#source = new EventSource(url, {
      method,
      body,
      ...(route === 'direct' && { headers }),
      fetch: this.observer.fetch,
      // Without reconnecting, a false alarm would end the session.
      ...(reconnects && { idleTimeout: 'auto' }),
      reconnect: reconnects && {
        shouldReconnect: ({ status = 0 }) => (retriesTransient && TRANSIENT.includes(status) ? true : undefined),
      },
    })
    this.#follow(this.#source)
    for (const type of ['message', ...this.wanted.types]) this.#listen(type)
  }

  get reconnectionTime(): number {
    return this.#source?.reconnectionTime ?? 0
  }

  /** @param why for the connection log */
  close(why: string): void {
    this.#source?.close()
    this.recording.closed(performance.now(), why)
    this.#settings.onChange()
  }

  #follow(source: EventSource): void {
    const { onChange } = this.#settings
    source.addEventListener('open', (event) => {
      // The stream may send messages of this type, which `#listen` handles.
      if ('data' in event) return
      const { status, url, headers } = event.response
      this.response = { status, url: url || this.wanted.url.href, headers: [...headers], body: undefined }
      this.explanation = undefined
      this.recording.opened(performance.now(), `Open: ${status}, ${headers.get('content-type') ?? 'no Content-Type'}`)
      onChange()
    })
    source.addEventListener('error', (event) => {
      // The stream may send messages of this type, which `#listen` handles.
      if ('data' in event) return
      const { error, message, delay } = event
      this.#keepErrorResponse(error)
      this.recording.lost(performance.now(), message, delay)
      if (error.reason === 'network') void this.#explain()
      onChange()
    })
  }

  #keepErrorResponse({ status, headers, body, url }: ConnectionError): void {
    if (status !== undefined) this.response = { status, url, headers: [...(headers ?? [])], body }
  }

  #listen(type: string): void {
    if (this.#types.has(type)) return
    this.#types.add(type)
    this.#source?.addEventListener(type, (event) => {
      // Skip the source's own events, whose names a stream may use as event types too.
      if (!(event instanceof MessageEvent)) return
      const { data, lastEventId } = event as MessageEvent<string>
      const message = this.recording.message(performance.now(), type, lastEventId, data)
      this.#settings.onMessage(message)
      const { closeAt } = this.wanted
      if (closeAt !== '' && (type === closeAt || data === closeAt)) this.close(`Closed at “${closeAt}”`)
      else this.#settings.onChange()
    })
    this.#settings.onType(type)
  }

  /** Browsers don't tell a page whether the server is unreachable or CORS blocks the response, so this checks. */
  async #explain(): Promise<void> {
    const { url, route, method } = this.wanted
    if (route === 'forwarded' || url.origin === location.origin || this.response) return
    const reachable = await isReachable(url, method)
    const origin = url.origin
    if (reachable === false)
      this.explanation = `No response from ${origin}. Check that the server is running and the address is correct.`
    else {
      const known = reachable
        ? `${origin} responds, but does not allow this page to read the response (CORS). Programs and the server’s own pages can read it. `
        : ''
      this.explanation = `${known}To read it without CORS, choose “Forwarded”, or run: ${commandFor(this.wanted)}`
    }
    this.#settings.onChange()
  }
}

/** Header values have one character per byte, and the bytes of an event ID are UTF-8. */
function textOf(header: string | undefined): string | undefined {
  if (header === undefined || !/^[\0-\xff]*$/.test(header)) return header
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(header, (byte) => byte.charCodeAt(0)))
  } catch {
    return header
  }
}
