/**
 * The chat: `POST /chat` with `Authorization: Bearer demo-token` and JSON such as `{"prompt": "Hello"}` streams an answer token by
 * token, each an event with an ID and with JSON such as `{"token": " word"}`; the last event is `[DONE]`.
 *
 * The same POST with `Last-Event-ID` resumes after that token; after `[DONE]` it gets a 204. On request:
 * - `/chat?drop=5` drops the connection in the middle of the event after token 5
 * - `/chat?busy=1` responds with 429 and `Retry-After: 1` until the client has waited that long
 *
 * Errors are JSON such as `{"error": {"message": "The body is not valid JSON", "type": "invalid_request_error"}}`.
 */

import type { ServerResponse } from 'node:http'
import { answerTo, idOf } from './answer.ts'
import { METHODS, readQuestion, ChatError, type Question } from './chat-request.ts'
import { begin, SHORT_RETRY, type Exchange, type Stream } from './streams.ts'

/** Delay between tokens, in seconds. */
const GAP = 0.05

/** How many characters of the last event are missing when the connection drops. */
const MISSING = 6

/** Creates a chat that remembers which clients it sent a 429. */
export function createChat(): Stream {
  const queue = new Queue()
  return (exchange) => void respond(exchange, queue)
}

async function respond(exchange: Exchange, queue: Queue): Promise<void> {
  const { request, response, clock, log } = exchange
  if (request.method === 'OPTIONS') {
    response.writeHead(204, { Allow: METHODS }).end()
    return
  }
  try {
    const question = await readQuestion(request)
    const { prompt, first, busy } = question
    // A client that resumes an answer has already waited.
    const wait = busy === undefined || first > 1 ? 0 : queue.wait(prompt, busy, clock.now())
    if (wait > 0) {
      throw new ChatError(429, 'rate_limit_error', 'The chat is busy', { 'Retry-After': String(Math.ceil(wait)) })
    }
    // If the client is gone, nothing would stop the timer.
    if (!response.destroyed) answer(exchange, question)
  } catch (error) {
    if (!(error instanceof ChatError)) throw error
    const retryAfter = error.headers['Retry-After']
    log(`responds with ${error.status}${retryAfter === undefined ? '' : `, Retry-After: ${retryAfter}`}`)
    sendError(response, error)
  }
}

function answer({ request, response, clock, log }: Exchange, { prompt, first, drop }: Question): void {
  const tokens = answerTo(prompt)
  let number = first
  if (number > tokens.length + 1) {
    response.writeHead(204).end()
    return
  }
  begin(response)
  response.write(`retry: ${SHORT_RETRY}\n\n`)
  clock.every(GAP, () => {
    const token = tokens[number - 1]
    const data = token === undefined ? '[DONE]' : JSON.stringify({ token })
    const event = `id: ${idOf(prompt, number)}\ndata: ${data}\n\n`
    // Don't drop again when the client resumes after that token.
    if (number - 1 === drop && number > first) {
      clock.stop()
      log(`drops the connection in the middle of the event after token ${drop}`)
      response.write(event.slice(0, -MISSING), () => request.socket.destroy())
    } else if (token === undefined) {
      clock.stop()
      response.end(event)
    } else {
      response.write(event)
      number++
    }
  })
}

function sendError(response: ServerResponse, { status, type, message, headers }: ChatError): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json', ...headers })
    .end(JSON.stringify({ error: { message, type } }))
}

/** The clients that must wait, and until when. */
class Queue {
  readonly #until = new Map<string, number>()

  /** The seconds that a client must still wait; 0 once it has waited. */
  wait(client: string, seconds: number, now: number): number {
    // Remove clients that did not return.
    for (const [other, until] of this.#until) if (now > until + EXPIRY) this.#until.delete(other)
    const until = this.#until.get(client) ?? now + seconds - SLACK
    if (now < until) this.#until.set(client, until)
    else this.#until.delete(client)
    return Math.max(0, until - now)
  }
}

/** In seconds. */
const EXPIRY = 60

/** In seconds. A client's timer may fire a little early. */
const SLACK = 0.02
