/** The server's side, moved by hand: a `fetch` whose answers and bodies come when a sequence says so. */

const EVENT_STREAM = { 'content-type': 'text/event-stream' }

interface Pending {
  resolve: (response: Response) => void
  reject: (error: Error) => void
}

export class HandDrivenServer {
  readonly #onRequest: (lastEventId: string) => void
  #pending: Pending | undefined
  #body: ReadableStreamDefaultController<Uint8Array> | undefined
  /** How many requests have been neither answered nor aborted. */
  asking = 0
  /** How many bodies are being read. */
  reading = 0

  constructor(onRequest: (lastEventId: string) => void) {
    this.#onRequest = onRequest
  }

  /** For the option of that name. */
  readonly fetch = (_url: string, init: { headers: Record<string, string>; signal: AbortSignal }): Promise<Response> =>
    new Promise<Response>((resolve, reject) => {
      this.asking++
      this.#pending = { resolve, reject }
      init.signal.addEventListener('abort', () => {
        reject(init.signal.reason as Error)
      })
      this.#onRequest(new Headers(init.headers).get('last-event-id') ?? '')
    }).finally(() => {
      this.asking--
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

  /** A stream that is moved like the body of an answer. */
  body(): ReadableStream<Uint8Array> {
    this.reading++
    let own: ReadableStreamDefaultController<Uint8Array> | undefined
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#body = own = controller
      },
      cancel: () => {
        this.reading--
        // What a hurried server sends now comes to nobody.
        if (this.#body === own) this.#body = undefined
      },
    })
  }

  send(text: string): void {
    this.#body?.enqueue(new TextEncoder().encode(text))
  }

  end(): void {
    this.#leave()?.close()
  }

  breakOff(): void {
    this.#leave()?.error(new TypeError('connection reset'))
  }

  #leave(): ReadableStreamDefaultController<Uint8Array> | undefined {
    const body = this.#body
    this.#body = undefined
    if (body) this.reading--
    return body
  }
}
