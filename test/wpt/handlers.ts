/** The behavior of WPT's server programs, by path: `eventsource/resources/*.py` and those in `common` that the tests need. */

import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** A request to a program. Texts have one character per byte. */
interface WptRequest {
  method: string
  query: URLSearchParams
  headers: Record<string, string | undefined>
  cookies: ReadonlyMap<string, string>
  body: string
  /** Values that programs keep for later requests. */
  stash: Map<string, unknown>
  /** For programs that write their response themselves. */
  response: ServerResponse
}

export interface WptAnswer {
  status?: number
  headers?: Record<string, string>
  /** Cookies to set; undefined deletes one. */
  cookies?: Record<string, string | undefined>
  body?: string
}

/** Undefined if the program has responded. */
export type Program = (request: WptRequest) => Promise<WptAnswer | undefined> | WptAnswer | undefined

const FOLDER = '/eventsource/resources/'
const EVENT_STREAM = { 'Content-Type': 'text/event-stream' }

const events = (body: string, more: WptAnswer = {}): WptAnswer => ({ headers: EVENT_STREAM, body, ...more })

/** The default ID is an ellipsis, as bytes. */
const ELLIPSIS = Buffer.from('…').toString('latin1')

/** The blocks that `message2.py` repeats. */
const FORMATS = 'data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n'

const message: Program = async ({ query }) => {
  await delay(Number(query.get('sleep') ?? 0), undefined, { ref: false })
  const end = query.get('newline') === 'none' ? '\n' : '\n\n\n'
  return {
    headers: { 'Content-Type': query.get('mime') ?? 'text/event-stream' },
    body: (query.get('message') ?? 'data: data') + end,
  }
}

/** Writes every 2 s until the client disconnects. */
const endless = (headers: Record<string, string>, text: string, interval: number): Program => {
  return async ({ response }) => {
    response.writeHead(200, { ...EVENT_STREAM, ...headers })
    while (!response.destroyed) {
      response.write(text)
      await delay(interval, undefined, { ref: false })
    }
    return undefined
  }
}

const statusError: Program = ({ query }) => {
  const status = Number(query.get('status') ?? 404)
  return events(status === 205 ? '' : 'data: data\n\n', { status })
}

const statusReconnect: Program = ({ query, cookies }) => {
  const status = query.get('status') ?? '204'
  const cookie = `request${query.get('id') ?? status}`
  if (cookies.get(cookie) === status) return events('data: data\n\n', { cookies: { [cookie]: undefined } })
  const body = `retry: 2\n${query.has('ok_first') ? 'data: ok\n\n' : ''}`
  return events(body, { status: Number(status), cookies: { [cookie]: status } })
}

const reconnectFail: Program = ({ query, cookies }) => {
  const cookie = `recon_fail_${query.get('id') ?? ''}`
  const state = cookies.get(cookie)
  if (state === 'opened') return events('data: reconnected\n\n', { cookies: { [cookie]: 'reconnected' } })
  if (state === 'reconnected') return events('', { status: 204, cookies: { [cookie]: undefined } })
  return events('retry: 2\ndata: opened\n\n', { cookies: { [cookie]: 'opened' } })
}

const lastEventId: Program = ({ query, headers }) => {
  const id = headers['last-event-id']
  if (id !== undefined && id !== '') return events(`data: ${id}\n\n`)
  return events(`id: ${query.get('idvalue') ?? ELLIPSIS}\nretry: 200\ndata: hello\n\n`)
}

const lastEventId2: Program = ({ query }) => {
  const type = Number(query.get('type') ?? 1) || 1
  if (type === 1) return events('id: 1\ndata: 1\n\ndata: 2\n\nid: 2\ndata:3\n\ndata:4\n\n')
  if (type === 2 || type === 3) return events(`id: 1\ndata: 1\n\nid${type === 2 ? ':' : ''}\ndata:2\n\ndata:3\n\n`)
  return events('data: invalid_test\n\n')
}

const redirect: Program = ({ query }) => {
  // Without a valid number it is 302, as in the original.
  const status = Number.parseInt(query.get('status') ?? '302')
  return { status: Number.isNaN(status) ? 302 : status, headers: { Location: query.get('location') ?? '' } }
}

/** Adds CORS headers to the answer of another program. */
const cors: Program = async (request) => {
  const { query, headers } = request
  const programs: Record<string, Program> = {
    message,
    redirect,
    'status-reconnect': statusReconnect,
    'cache-control': () => events(`data: ${headers['cache-control'] ?? ''}\n\n`),
  }
  const answer = await programs[query.get('run') ?? '']?.(request)
  return { ...answer, headers: { ...answer?.headers, ...corsHeaders(request) } }
}

/** Names the origin of the request. Clients that are not browsers send none. */
function corsHeaders({ query, headers }: WptRequest): Record<string, string> {
  const origin = query.get('origin') ?? headers.origin ?? 'none'
  const credentials = query.get('credentials') ?? 'true'
  return {
    ...(origin !== 'none' && { 'Access-Control-Allow-Origin': origin }),
    ...(credentials !== 'none' && { 'Access-Control-Allow-Credentials': credentials }),
  }
}

const corsCookie: Program = (request) => {
  const { query, headers, cookies } = request
  const name = query.get('ident') ?? 'test'
  const seen = cookies.has(name) ? 'COOKIE' : 'NO_COOKIE'
  const id = headers['last-event-id'] ?? ''
  const allowed = { ...corsHeaders(request), 'Content-Type': id === '' || id === '1' ? 'text/event-stream' : 'stop' }
  if (id === '')
    return { headers: allowed, cookies: { [name]: 'COOKIE' }, body: `id: 1\nretry: 200\ndata: first ${seen}\n\n` }
  if (id === '1') return { headers: allowed, cookies: { [name]: undefined }, body: `id: 2\ndata: second ${seen}\n\n` }
  return { headers: allowed, body: `data: ${id}${seen}\n\n` }
}

/** The IDs of `cors-unsafe-last-event-id.py`, by fixture. */
const FIXTURES: Record<string, string> = { safe: 'abc', unsafe: 'e5p3n<3k0k0s', long: 'a'.repeat(255) }

/**
 * Reports whether a reconnection to another origin was preceded by a preflight. The original refuses every preflight, because it looks
 * for the ID in the preflight itself. This one refuses those that do not ask for the header.
 */
const corsUnsafeLastEventId: Program = ({ method, query, headers, stash }) => {
  const [fixture = '', token = ''] = [query.get('fixture') ?? '', query.get('token') ?? '']
  const requested = headers['access-control-request-headers']
  const allowed: Record<string, string> = {
    ...EVENT_STREAM,
    'Cache-Control': 'no-store',
    ...(headers.origin !== undefined && { 'Access-Control-Allow-Origin': headers.origin }),
    ...(requested !== undefined && { 'Access-Control-Allow-Headers': requested }),
  }
  const answer = (body: string, status = 200): WptAnswer => ({ status, headers: allowed, body })
  if (method === 'OPTIONS') {
    if (requested?.toLowerCase().split(/, */).includes('last-event-id') !== true) return answer('', 400)
    stash.set(token, requested.toLowerCase())
    return answer('')
  }
  const expected = FIXTURES[fixture] ?? ''
  const id = headers['last-event-id'] ?? ''
  if (id === '') return answer(`id: ${expected}\nretry: 200\ndata: ${fixture}\n\n`)
  const preflight = stash.get(token)
  const end = (problem?: string): WptAnswer =>
    answer(problem === undefined ? 'event: success\ndata:\n\n' : `event: failure\ndata: ${problem}\n\n`)
  if (preflight === undefined && fixture !== 'safe') return end('a preflight is expected')
  if (preflight !== undefined && fixture === 'safe') return end('no preflight is expected')
  if (preflight !== undefined && preflight !== 'last-event-id') return end('the preflight asks for other headers')
  return end(id === expected ? undefined : `got ${id}`)
}

/** Counts the open streams with a token. */
const bfcacheCounter: Program = (request) => {
  const { query, stash, response } = request
  const key = `streams ${query.get('token') ?? ''}`
  const open = (): number => Number(stash.get(key) ?? 0)
  if (query.has('query')) {
    const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
    return { headers, body: JSON.stringify({ count: open() }) }
  }
  stash.set(key, open() + 1)
  response.once('close', () => stash.set(key, open() - 1))
  return endless({ 'Cache-Control': 'no-store' }, 'data: opened\n\n', 500)(request)
}

/** Keeps messages between pages until they are fetched. */
const dispatcher: Program = ({ method, query, headers, body, stash }) => {
  const key = `messages ${query.get('uuid') ?? ''}`
  const queue = (stash.get(key) ?? []) as string[]
  stash.set(key, queue)
  const answer = (body: string): WptAnswer => ({
    headers: {
      'Access-Control-Allow-Origin': headers.origin ?? '*',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Headers': 'Content-Type',
      'Cache-Control': 'no-store',
    },
    body,
  })
  if (method === 'OPTIONS') return answer('')
  if (method !== 'POST') return answer(queue.shift() ?? 'not ready')
  queue.push(body)
  return answer('done')
}

/** A page that runs the scripts that a test sends it through the dispatcher. */
const remotePage: Program = () => ({
  headers: { 'Content-Type': 'text/html' },
  body: `<!doctype html>
    <script src="/common/dispatcher/dispatcher.js"></script>
    <script src="executor-common.js"></script>
    <script src="executor-window.js"></script>
    <body><script>requestExecutor()</script>`,
})

/** The programs by the path of their file. */
export const PROGRAMS: Record<string, Program> = {
  [`${FOLDER}message.py`]: message,
  [`${FOLDER}message2.py`]: endless({ 'Cache-Control': 'no-cache' }, FORMATS, 2_000),
  [`${FOLDER}status-error.py`]: statusError,
  [`${FOLDER}status-reconnect.py`]: statusReconnect,
  [`${FOLDER}reconnect-fail.py`]: reconnectFail,
  [`${FOLDER}last-event-id.py`]: lastEventId,
  [`${FOLDER}last-event-id2.py`]: lastEventId2,
  [`${FOLDER}cors.py`]: cors,
  [`${FOLDER}cors-cookie.py`]: corsCookie,
  [`${FOLDER}cors-unsafe-last-event-id.py`]: corsUnsafeLastEventId,
  [`${FOLDER}bfcache-counter.py`]: bfcacheCounter,
  '/common/redirect.py': redirect,
  '/common/dispatcher/dispatcher.py': dispatcher,
  '/html/browsers/browsing-the-web/remote-context-helper/resources/executor-window.py': remotePage,
}
