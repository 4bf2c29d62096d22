/** Follows a stream, and records its source and its requests. */

import { diagnose } from '../../diagnosis/diagnose.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import { headerText, observe, type Observer } from '../../diagnosis/observe.ts'
import type { FetchLikeInit } from '../../connection/request.ts'
import { EventSource, type ConnectionError } from '../../index.ts'
import { Recording, type Message } from './recording.ts'
import { explain, isUnexplained } from './explanation.ts'
import type { Wanted } from './request.ts'
import { direct, forwardedBy } from './routes.ts'

/** The last request. */
export interface RequestInfo {
  method: string
  url: string
  headers: [name: string, value: string][]
  body: string | undefined
}

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
  request: RequestInfo | undefined
  response: ResponseInfo | undefined
  /** Explains why there is no response; null while that is not known yet. */
  #explanation: Finding | null | undefined
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
        const sent = init.headers['Last-Event-ID']
        const sentId = sent === undefined ? undefined : headerText(sent)
        this.recording.connecting(
          performance.now(),
          sentId,
          `${init.method} ${wanted.url.pathname}${wanted.url.search}`,
        )
        this.request = this.#describe(url, init)
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
    const { url, method, body, route, headers, reconnects, retryStatuses } = this.wanted
    this.#source = new EventSource(url, {
      method,
      body,
      ...(route === 'direct' && { headers }),
      fetch: this.observer.fetch,
      // Without reconnecting, a false alarm would end the session.
      ...(reconnects && { idleTimeout: 'auto' }),
      reconnect: (reconnects || retryStatuses.length > 0) && {
        shouldReconnect: ({ status = 0 }) => (retryStatuses.includes(status) ? true : reconnects ? undefined : false),
      },
    })
    this.#follow(this.#source)
    for (const type of ['message', ...this.wanted.types]) this.#listen(type)
  }

  get isOpen(): boolean {
    return this.recording.state !== 'CLOSED'
  }

  /** The diagnosis, the worst finding first. */
  findings(now: number): Finding[] {
    // CORS does not apply to the local server, which also knows why a request failed.
    const page = this.wanted.route === 'direct' ? location.href : undefined
    const { headers, retryStatuses } = this.wanted
    const findings = diagnose(this.observer.observations, { now, page, headers, retryStatuses })
    if (this.#explanation === undefined) return findings
    const others = findings.filter((finding) => !isUnexplained(finding))
    return this.#explanation ? [this.#explanation, ...others] : others
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
      this.#explanation = undefined
      this.recording.opened(performance.now(), `Open: ${status}, ${headers.get('content-type') ?? 'no Content-Type'}`)
      onChange()
    })
    source.addEventListener('error', (event) => {
      // The stream may send messages of this type, which `#listen` handles.
      if ('data' in event) return
      const { error, message, delay } = event
      this.#keepErrorResponse(error)
      // The diagnosis of an earlier failure no longer holds.
      if (error.reason !== 'network') this.#explanation = undefined
      // The toolbar shows the URL.
      const text = message.replace(/^(The event stream) at \S+/, '$1')
      // Without reconnecting, the end is not a failure: the answer is complete.
      if (error.reason === 'ended' && delay === undefined) this.recording.closed(performance.now(), text)
      else this.recording.lost(performance.now(), text, delay)
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

  #describe(url: string, init: FetchLikeInit): RequestInfo {
    const { headers, body } = this.wanted
    const all = new Map<string, [string, string]>()
    for (const [name, value] of [...Object.entries(init.headers), ...headers])
      all.set(name.toLowerCase(), [name, value])
    return {
      method: init.method,
      url,
      headers: [...all.values()].map(([name, value]) => [name, headerText(value)]),
      body,
    }
  }

  /** Browsers don't tell a page whether the server is unreachable or CORS blocks the response, so this checks. */
  async #explain(): Promise<void> {
    const hasExplained = this.#explanation !== undefined
    if (this.response || hasExplained || !this.findings(performance.now()).some(isUnexplained)) return
    this.#explanation = null
    this.#explanation = await explain(this.wanted, this.#settings.forward !== '')
    this.#settings.onChange()
  }
}
