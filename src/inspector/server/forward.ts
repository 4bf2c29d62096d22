/** Sends a request for the page, which cannot read a server that does not allow it to, and passes the answer on as it comes. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { noTimeoutInit } from '../../platform/platform.ts'
import { FORWARDED, type ForwardFailure, type ForwardRequest } from '../forwarding.ts'

/** Bytes of what the page sends. */
const LARGEST_REQUEST = 16 * 1024 * 1024

/** What cannot be forwarded: why, and with which status to say so. */
class Refusal extends Error {
  readonly status: number
  readonly code: string | undefined

  constructor(status: number, message: string, code?: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** The page's own request, which names the other in JSON. The status is always 200: the answer's own is in a header. */
export async function forwardPost(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await answer(response, async (signal) => {
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      throw new Refusal(415, 'The request to the local server must be JSON')
    }
    const upstream = await send(readRequest(await readBody(request)), signal)
    const { status, statusText, url, headers } = upstream
    const head = encodeURIComponent(JSON.stringify({ status, statusText, url, headers: [...headers] }))
    // A type that no browser holds back to look into it.
    response.writeHead(200, { 'Content-Type': 'text/event-stream', [FORWARDED]: head })
    return upstream
  })
}

/** The request of the browser's own `EventSource`, which must see the answer's own status and type. */
export async function forwardGet(query: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await answer(response, async (signal) => {
    const url = new URLSearchParams(query).get('url') ?? ''
    const headers: [string, string][] = [['Accept', 'text/event-stream']]
    const lastEventId = request.headers['last-event-id']
    // Node reads bytes as Latin-1 characters.
    const text = typeof lastEventId === 'string' ? Buffer.from(lastEventId, 'latin1').toString() : ''
    if (text !== '') headers.push(['Last-Event-ID', text])
    const upstream = await send({ url: checkedURL(url), method: 'GET', headers, body: null }, signal)
    const type = upstream.headers.get('content-type')
    response.writeHead(upstream.status, type === null ? {} : { 'Content-Type': type })
    return upstream
  })
}

async function answer(response: ServerResponse, ask: (signal: AbortSignal) => Promise<Response>): Promise<void> {
  const controller = new AbortController()
  // The page has left, or has closed this stream: so must we.
  response.once('close', () => {
    controller.abort()
  })
  try {
    const { body } = await ask(controller.signal)
    // Else the head would wait for the first byte of the body.
    response.flushHeaders()
    if (body) await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), response)
    else response.end()
  } catch (error) {
    if (response.headersSent) {
      // Broken off there, broken off here.
      response.destroy()
      return
    }
    const { status, message, code } = error instanceof Refusal ? error : unreachable(error)
    const failure: ForwardFailure = { error: message, code }
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(failure))
  }
}

/** Header values are text; what goes out is its UTF-8, a character for each byte, as fetch wants it. */
async function send({ url, method, headers, body }: ForwardRequest, signal: AbortSignal): Promise<Response> {
  try {
    const bytes = headers.map(([name, value]): [string, string] => [name, Buffer.from(value).toString('latin1')])
    return await fetch(url, { ...noTimeoutInit({}), method, headers: bytes, body, signal, cache: 'no-store' })
  } catch (error) {
    throw unreachable(error)
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > LARGEST_REQUEST) throw new Refusal(413, `The request is larger than ${LARGEST_REQUEST} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function readRequest(text: string): ForwardRequest {
  let given: Partial<Record<keyof ForwardRequest, unknown>>
  try {
    given = Object(JSON.parse(text)) as typeof given
  } catch {
    throw new Refusal(400, 'The request to the local server is no JSON')
  }
  const { url, method, headers, body } = given
  if (typeof url !== 'string' || typeof method !== 'string' || !isPairs(headers) || !isBody(body)) {
    throw new Refusal(400, 'The request to the local server lacks something')
  }
  return { url: checkedURL(url), method, headers, body }
}

function isPairs(value: unknown): value is [string, string][] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isString))
}

function isBody(value: unknown): value is string | null {
  return value === null || isString(value)
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

/** Nothing of this machine but what speaks HTTP. */
function checkedURL(url: string): string {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new Refusal(400, `Only http: and https: can be forwarded, and this is not: ${url}`)
  }
  return url
}

/** What happened; fetch itself says no more than that it failed, and has the reason as its cause. */
function unreachable(error: unknown): Refusal {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  // One for each address of the name.
  const first: unknown = cause instanceof AggregateError ? (cause.errors[0] ?? cause) : cause
  const message = first instanceof Error ? first.message : String(first)
  const code = first instanceof Error && 'code' in first && typeof first.code === 'string' ? first.code : undefined
  return new Refusal(502, message, code)
}
