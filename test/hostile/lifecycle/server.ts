/** A `fetch` whose responses and bodies are controlled by a sequence. */

const EVENT_STREAM = { 'content-type': 'text/event-stream' }

interface Pending {
  resolve: (response: Response) => void
  reject: (error: Error) => void
}

export class HandDrivenServer {
  readonly #onRequest: (lastEventId: string) => void
  #pending: Pending | undefined
  #body: ReadableStreamDefaultController<Uint8Array> | undefined
  /** Number of requests that have been neither answered nor aborted. */
  pending = 0
  /** Number of bodies being read. */
  reading = 0

  constructor(onRequest: (lastEventId: string) => void) {
    this.#onRequest = onRequest
  }

  /** For the option `fetch`. */
  readonly fetch = (_url: string, init: { headers: Record<string, string>; signal: AbortSignal }): Promise<Response> =>
    new Promise<Response>((resolve, reject) => {
      this.pending++
      this.#pending = { resolve, reject }
      init.signal.addEventListener('abort', () => {
        reject(init.signal.reason as Error)
      })
      this.#onRequest(new Headers(init.headers).get('last-event-id') ?? '')
    }).finally(() => {
      this.pending--
    })

  answer(): void {
    this.#pending?.resolve(new Response(this.body(), { headers: EVENT_STREAM }))
  }

  answerWith(status: number, type = 'text/event-stream'): void {
    this.#pending?.resolve(new Response(null, { status, headers: { 'content-type': type } }))
  }

  breakOffRequest(): void {
    this.#pending?.reject(new TypeError('connection refused'))
  }

  /** A controlled stream, for a response or to be read directly. */
  body(): ReadableStream<Uint8Array> {
    this.reading++
    let own: ReadableStreamDefaultController<Uint8Array> | undefined
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#body = own = controller
      },
      cancel: () => {
        this.reading--
        // Text sent from now on is not read.
        if (this.#body === own) this.#body = undefined
      },
    })
  }

  send(text: string): void {
    this.#body?.enqueue(new TextEncoder().encode(text))
  }

  end(): void {
    this.#takeBody()?.close()
  }

  breakOff(): void {
    this.#takeBody()?.error(new TypeError('connection reset'))
  }

  #takeBody(): ReadableStreamDefaultController<Uint8Array> | undefined {
    const body = this.#body
    this.#body = undefined
    if (body) this.reading--
    return body
  }
}
