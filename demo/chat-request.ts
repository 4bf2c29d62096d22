/** Reads and checks a chat request. */

import type { IncomingMessage } from 'node:http'
import { numberOf } from './answer.ts'
import { lastEventIdOf } from './streams.ts'

/** The token that `/chat` requires, as `Authorization: Bearer demo-token`. */
export const TOKEN = 'demo-token'

/** The methods that `/chat` allows. */
export const METHODS = 'POST, OPTIONS'

/** In bytes. */
export const MAX_BODY = 16 * 1024

/** An error response, with the reason as JSON. */
export class ChatError extends Error {
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

/** The parsed request. */
export interface Question {
  prompt: string
  /** The number of the first token to send. */
  first: number
  /** Drop the connection after this token. */
  drop: number | undefined
  /** Respond with 429 for this many seconds. */
  busy: number | undefined
}

/**
 * Reads a request.
 *
 * @throws a `ChatError`
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
    throw invalid(405, 'Use POST', { Allow: METHODS })
  }
  const [, token] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (token !== TOKEN) {
    const message = `The bearer token is ${token === undefined ? 'missing' : 'wrong'}: it must be "${TOKEN}"`
    throw new ChatError(401, 'authentication_error', message, { 'WWW-Authenticate': 'Bearer' })
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
      // Read the rest too: a client that is still writing would see an early response as a broken connection.
      if (size <= MAX_BODY) chunks.push(chunk)
    }
  } catch {
    throw invalid(400, 'The body was interrupted')
  }
  if (size > MAX_BODY) {
    throw new ChatError(413, 'request_too_large', `The body is larger than ${MAX_BODY} bytes`)
  }
  return Buffer.concat(chunks).toString()
}

function readPrompt(body: string): string {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    throw invalid(400, 'The body is not valid JSON')
  }
  const prompt = typeof json === 'object' && json !== null && 'prompt' in json ? json.prompt : undefined
  if (typeof prompt !== 'string' || prompt.trim() === '') {
    throw invalid(400, 'The body must be an object with a "prompt" that is a non-empty string')
  }
  return prompt
}

/** The token after the last one that the client received. */
function readFirst(prompt: string, lastEventId = ''): number {
  if (lastEventId === '') return 1
  const last = numberOf(prompt, lastEventId)
  if (last === undefined) throw invalid(400, 'The Last-Event-ID does not match the answer to this prompt')
  return last + 1
}

function readCount(parameters: URLSearchParams, name: string): number | undefined {
  const value = parameters.get(name)
  if (value === null) return undefined
  if (!/^[1-9]\d{0,2}$/.test(value)) throw invalid(400, `The parameter "${name}" must be a whole number from 1 to 999`)
  return Number(value)
}

function invalid(status: number, message: string, headers?: Record<string, string>): ChatError {
  return new ChatError(status, 'invalid_request_error', message, headers)
}
