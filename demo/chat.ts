/**
 * The chat: `POST /chat` with `Authorization: Bearer demo-token` and JSON such as `{"prompt": "Hello"}` gets an answer token by
 * token, each an event with an ID and with JSON such as `{"token": " word"}`; the last event is `[DONE]`.
 *
 * The same POST with `Last-Event-ID` goes on after that token, and after `[DONE]` gets 204: it is over. On demand:
 * - `/chat?drop=5` breaks the connection off in the middle of the event after token 5
 * - `/chat?busy=1` answers 429 with `Retry-After: 1` until the client has waited that long
 *
 * All else gets JSON such as `{"error": {"message": "The body is no JSON", "type": "invalid_request_error"}}`.
 */

import type { ServerResponse } from 'node:http'
import { answerTo, idOf } from './answer.ts'
import { METHODS, readQuestion, Refusal, type Question } from './chat-request.ts'
import { begin, SHORT_RETRY, type Exchange, type Stream } from './streams.ts'

/** Seconds from one token to the next. */
const GAP = 0.05

/** How much of a last event is missing when the connection breaks off in its middle, in characters. */
const MISSING = 6

/** A chat that remembers whom it has sent away. */
export function createChat(): Stream {
  const queue = new Queue()
  return (exchange) => void respond(exchange, queue)
}

async function respond(exchange: Exchange, queue: Queue): Promise<void> {
  const { request, response, clock, say } = exchange
  if (request.method === 'OPTIONS') {
    response.writeHead(204, { Allow: METHODS }).end()
    return
  }
  try {
    const question = await readQuestion(request)
    const { prompt, first, busy } = question
    // A client that goes on with its answer has waited already.
    const wait = busy === undefined || first > 1 ? 0 : queue.wait(prompt, busy, clock.now())
    if (wait > 0) {
      throw new Refusal(429, 'rate_limit_error', 'The chat is busy', { 'Retry-After': String(Math.ceil(wait)) })
    }
    // Who has gone meanwhile would start a timer that nothing stops.
    if (!response.destroyed) answer(exchange, question)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const retryAfter = error.headers['Retry-After']
    say(`answers ${error.status}${retryAfter === undefined ? '' : `, Retry-After: ${retryAfter}`}`)
    refuse(response, error)
  }
}

function answer({ request, response, clock, say }: Exchange, { prompt, first, drop }: Question): void {
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
    // A client that goes on after that token must get past it.
    if (number - 1 === drop && number > first) {
      clock.stop()
      say(`breaks the connection off in the middle of what comes after token ${drop}`)
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

function refuse(response: ServerResponse, { status, type, message, headers }: Refusal): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json', ...headers })
    .end(JSON.stringify({ error: { message, type } }))
}

/** Who has to wait, and until when. */
class Queue {
  readonly #until = new Map<string, number>()

  /** Seconds that a client still has to wait: all of them at first, none when it has waited. */
  wait(client: string, seconds: number, now: number): number {
    // Who did not come back is forgotten.
    for (const [other, until] of this.#until) if (now > until + PATIENCE) this.#until.delete(other)
    const until = this.#until.get(client) ?? now + seconds - SLACK
    if (now < until) this.#until.set(client, until)
    else this.#until.delete(client)
    return Math.max(0, until - now)
  }
}

/** In seconds. */
const PATIENCE = 60

/** In seconds: a client's timer may be a little early. */
const SLACK = 0.02
