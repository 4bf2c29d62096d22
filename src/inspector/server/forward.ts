/** Forwards the page's requests, without CORS limits, and streams the responses back. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { noTimeoutInit } from '../../platform/platform.ts'
import { FORWARDED, type ForwardFailure, type ForwardRequest } from '../forwarding.ts'

/** In bytes. */
const MAX_REQUEST = 16 * 1024 * 1024

/** A failure to forward, and the response status. */
class ForwardError extends Error {
  readonly status: number
  readonly code: string | undefined

  constructor(status: number, message: string, code?: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Forwards the request described in the JSON body. The status is always 200; a header has the upstream's. */
export async function forwardPost(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await respond(response, async (signal) => {
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      throw new ForwardError(415, 'The request to the local server must be JSON')
    }
    const upstream = await send(readRequest(await readBody(request)), signal)
    const { status, statusText, url, headers } = upstream
    const head = encodeURIComponent(JSON.stringify({ status, statusText, url, headers: [...headers] }))
    // Browsers don't buffer this type for MIME sniffing.
    response.writeHead(200, { 'Content-Type': 'text/event-stream', [FORWARDED]: head })
    return upstream
  })
}

/** Forwards for the native `EventSource`, which needs the upstream's own status and type. */
export async function forwardGet(query: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await respond(response, async (signal) => {
    const url = new URLSearchParams(query).get('url') ?? ''
    const headers: [string, string][] = [['Accept', 'text/event-stream']]
    const lastEventId = request.headers['last-event-id']
    // Node decodes header bytes as Latin-1.
    const text = typeof lastEventId === 'string' ? Buffer.from(lastEventId, 'latin1').toString() : ''
    if (text !== '') headers.push(['Last-Event-ID', text])
    const upstream = await send({ url: checkedURL(url), method: 'GET', headers, body: null }, signal)
    const type = upstream.headers.get('content-type')
    response.writeHead(upstream.status, type === null ? {} : { 'Content-Type': type })
    return upstream
  })
}

async function respond(response: ServerResponse, send: (signal: AbortSignal) => Promise<Response>): Promise<void> {
  const controller = new AbortController()
  // Cancel the upstream request when the page closes the stream.
  response.once('close', () => {
    controller.abort()
  })
  try {
    const { body } = await send(controller.signal)
    // Otherwise Node holds the headers back until the first byte of the body.
    response.flushHeaders()
    if (body) await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), response)
    else response.end()
  } catch (error) {
    if (response.headersSent) {
      // The upstream connection broke, so break this one too.
      response.destroy()
      return
    }
    const { status, message, code } = error instanceof ForwardError ? error : unreachable(error)
    const failure: ForwardFailure = { error: message, code }
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(failure))
  }
}

/** Encodes header values as UTF-8, one character per byte, as fetch expects. */
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
    if (size > MAX_REQUEST) throw new ForwardError(413, `The request is larger than ${MAX_REQUEST} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function readRequest(text: string): ForwardRequest {
  let given: Partial<Record<keyof ForwardRequest, unknown>>
  try {
    given = Object(JSON.parse(text)) as typeof given
  } catch {
    throw new ForwardError(400, 'The request to the local server is not valid JSON')
  }
  const { url, method, headers, body } = given
  if (typeof url !== 'string' || typeof method !== 'string' || !isPairs(headers) || !isBody(body)) {
    throw new ForwardError(400, 'The request to the local server has missing or invalid fields')
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

/** Rejects `file:` and other schemes. */
function checkedURL(url: string): string {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new ForwardError(400, `Only http: and https: URLs can be forwarded, got ${url}`)
  }
  return url
}

/** Takes the reason from the cause, because fetch's own message only says that it failed. */
function unreachable(error: unknown): ForwardError {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  // An AggregateError has one error per address of the host.
  const first: unknown = cause instanceof AggregateError ? (cause.errors[0] ?? cause) : cause
  const message = first instanceof Error ? first.message : String(first)
  const code = first instanceof Error && 'code' in first && typeof first.code === 'string' ? first.code : undefined
  return new ForwardError(502, message, code)
}
