/** Node's HTTP/2 server. */

import { readFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import { encode, follow, HEARTBEAT } from './news.ts'

// Allows HTTP/1.1 for clients without HTTP/2, such as `fetch` in Node and Bun.
const options = { allowHTTP1: true, cert: readFileSync('cert.pem'), key: readFileSync('key.pem') }

const server = createSecureServer(options, (request, response) => {
  if (request.url !== '/events') {
    response.writeHead(404).end('Not found')
    return
  }
  // Without a `Connection` header, which HTTP/2 forbids.
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
  response.write('retry: 500\n\n')

  const unfollow = follow(request.headers['last-event-id'] as string | undefined, (news) => {
    response.write(encode(news))
  })
  const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT)
  response.once('close', () => {
    clearInterval(heartbeat)
    unfollow()
  })
})

server.listen(Number(process.env.PORT ?? 8443))
