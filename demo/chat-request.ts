/** What the chat asks of a request, and what it answers to one that is wrong. */

import type { IncomingMessage } from 'node:http'
import { numberOf } from './answer.ts'
import { lastEventIdOf } from './streams.ts'

/** The token that `/chat` asks for, as `Authorization: Bearer demo-token`. */
export const TOKEN = 'demo-token'

/** The methods that `/chat` answers. */
export const METHODS = 'POST, OPTIONS'

/** Bytes of a request's body. */
export const LARGEST_BODY = 16 * 1024

/** A request that gets another answer than it wants: a status, and JSON that says why. */
export class Refusal extends Error {
  readonly status: number
  readonly type: string
  readonly headers: Record<string, string>

  constructor(status: number, type: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.type = type
    this.headers = headers
  }
}

/** What a request wants. */
export interface Question {
  prompt: string
  /** The number of the token to begin with. */
  first: number
  /** The number of the token after which the connection shall break off. */
  drop: number | undefined
  /** For how many seconds the server shall be busy. */
  busy: number | undefined
}

/**
 * Reads a request.
 *
 * @throws a `Refusal`
 */
export async function readQuestion(request: IncomingMessage): Promise<Question> {
  checkHead(request)
  const { searchParams } = new URL(request.url ?? '', 'http://localhost')
  const drop = readCount(searchParams, 'drop')
  const busy = readCount(searchParams, 'busy')
  const prompt = readPrompt(await readBody(request))
  return { prompt, first: readFirst(prompt, lastEventIdOf(request)), drop, busy }
}

function checkHead({ method, headers }: IncomingMessage): void {
  if (method !== 'POST') {
    throw invalid(405, 'A chat is a POST', { Allow: METHODS })
  }
  const [, token] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (token !== TOKEN) {
    const message = `The bearer token is ${token === undefined ? 'missing' : 'wrong'}: it must be "${TOKEN}"`
    throw new Refusal(401, 'authentication_error', message, { 'WWW-Authenticate': 'Bearer' })
  }
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    throw invalid(415, 'The body must be JSON: send the header "Content-Type: application/json"')
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.byteLength
      // The rest is read all the same: to a client that still writes, an early answer would be a broken connection.
      if (size <= LARGEST_BODY) chunks.push(chunk)
    }
  } catch {
    throw invalid(400, 'The body broke off')
  }
  if (size > LARGEST_BODY) {
    throw new Refusal(413, 'request_too_large', `The body is larger than ${LARGEST_BODY} bytes`)
  }
  return Buffer.concat(chunks).toString()
}

function readPrompt(body: string): string {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    throw invalid(400, 'The body is no JSON')
  }
  const prompt = typeof json === 'object' && json !== null && 'prompt' in json ? json.prompt : undefined
  if (typeof prompt !== 'string' || prompt.trim() === '') {
    throw invalid(400, 'The body must be an object with a "prompt", which is a string that says something')
  }
  return prompt
}

/** The token after the one that the client had last. */
function readFirst(prompt: string, lastEventId = ''): number {
  if (lastEventId === '') return 1
  const last = numberOf(prompt, lastEventId)
  if (last === undefined) throw invalid(400, 'The Last-Event-ID is that of no token in the answer to this prompt')
  return last + 1
}

function readCount(parameters: URLSearchParams, name: string): number | undefined {
  const value = parameters.get(name)
  if (value === null) return undefined
  if (!/^[1-9]\d{0,2}$/.test(value)) throw invalid(400, `The parameter "${name}" must be a whole number from 1 to 999`)
  return Number(value)
}

function invalid(status: number, message: string, headers?: Record<string, string>): Refusal {
  return new Refusal(status, 'invalid_request_error', message, headers)
}
