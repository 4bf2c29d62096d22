/** A server on another origin, with and without CORS, with hostile data. */

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Runs a script if it is inserted as markup. */
export const HOSTILE = '<img src="x" onerror="document.title = \'hacked\'"><script>document.title = "hacked"</script>'

interface Seen {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Upstream {
  url: string
  /** The requests, in order. */
  seen: Seen[]
  /** How many responses are open. */
  open: () => number
  close: () => Promise<void>
}

type Answer = (response: ServerResponse, seen: Seen) => void

const STREAM = { 'Content-Type': 'text/event-stream', 'X-Own': 'seen' }

const ANSWERS: Record<string, Answer> = {
  /** A number every 100 ms, resuming after `Last-Event-ID`; no CORS. */
  '/private': (response, { headers }) => {
    numbers(response, {}, Number(headers['last-event-id'] ?? 0))
  },
  '/public': (response) => {
    numbers(response, { 'Access-Control-Allow-Origin': '*' }, 0)
  },
  /** A comment every second. */
  '/keep-alives': (response) => {
    response.writeHead(200, { ...STREAM, 'Access-Control-Allow-Origin': '*' })
    const timer = setInterval(() => response.write(':\n\n'), 1_000)
    response.once('close', () => {
      clearInterval(timer)
    })
  },
  /** Interrupts the response after two messages. */
  '/short': (response, { headers }) => {
    const first = Number(headers['last-event-id'] ?? 0)
    response.writeHead(200, STREAM)
    response.write(`retry: 100\n\nid: ${first + 1}\ndata: ${first + 1}\n\nid: ${first + 2}\ndata: ${first + 2}\n\n`)
    setTimeout(() => response.destroy(), 100)
  },
  /** Sends the request back as a message. */
  '/echo': (response, seen) => {
    response.writeHead(200, { ...STREAM, 'Access-Control-Allow-Origin': '*' })
    response.write(`data: ${JSON.stringify(seen)}\n\n`)
  },
  '/hostile': (response) => {
    response.writeHead(200, {
      ...STREAM,
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': '*',
      'X-Html': HOSTILE,
    })
    response.write(
      `id: ${HOSTILE}\nevent: ${HOSTILE}\ndata: ${HOSTILE}\n\n: ${HOSTILE}\n\ndata: {"token":${JSON.stringify(HOSTILE)}}\n\n${HOSTILE}\n`,
    )
  },
  '/refused': (response) => {
    response.writeHead(401, {
      'Content-Type': 'text/html',
      'Access-Control-Allow-Origin': '*',
      'WWW-Authenticate': 'Basic',
    })
    response.end(`<p>${HOSTILE}</p>`)
  },
  /** Messages of several types, some with JSON. */
  '/types': (response) => {
    response.writeHead(200, { ...STREAM, 'Access-Control-Allow-Origin': '*' })
    response.write('event: price\ndata: {"symbol":"ABC","price":1.5,"tags":["new",null],"ok":true}\n\n')
    response.write('event: trade\ndata: [1,2,3]\n\ndata: Just text\ndata: of two lines\n\n')
    response.write(`event: price\nid: 7\ndata: ${JSON.stringify(Array.from({ length: 1_000 }, (_, i) => ({ i })))}\n\n`)
  },
  /** Requires a token, and allows pages to send it. */
  '/token': (response, { method, headers }) => {
    response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Access-Control-Allow-Headers', 'authorization')
    if (method === 'OPTIONS') response.writeHead(204).end()
    else if (headers.authorization === 'Bearer abc') response.writeHead(200, STREAM).write('data: welcome\n\n')
    else response.writeHead(401).end('No token')
  },
  '/post-only': (response, { method, body }) => {
    response.setHeader('Access-Control-Allow-Origin', '*')
    if (method === 'POST') response.writeHead(200, STREAM).write(`data: got ${body}\n\n`)
    else response.writeHead(405, { Allow: 'POST' }).end()
  },
  /** Ends after its only message. */
  '/answer': (response) => {
    response.writeHead(200, { ...STREAM, 'Access-Control-Allow-Origin': '*' }).end('data: done\n\n')
  },
  '/moved': (response) => response.writeHead(307, { Location: '/private' }).end(),
}

export async function startUpstream(): Promise<Upstream> {
  const seen: Seen[] = []
  const open = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const received = { method, url, headers, body }
      seen.push(received)
      open.add(response)
      response.once('close', () => open.delete(response))
      const answer = ANSWERS[url.split('?')[0] ?? '']
      if (answer) answer(response, received)
      else response.writeHead(404).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    open: () => open.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

function numbers(response: ServerResponse, headers: Record<string, string>, after: number): void {
  response.writeHead(200, { ...STREAM, ...headers })
  let number = after
  const timer = setInterval(() => {
    number++
    response.write(`id: ${number}\ndata: ${number}\n\n`)
  }, 100)
  response.once('close', () => {
    clearInterval(timer)
  })
}
