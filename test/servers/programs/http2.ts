/** Node's own HTTP/2. */

import { readFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import { encode, follow, HEARTBEAT } from './news.ts'

// Clients that speak no HTTP/2, such as `fetch` of Node and Bun, are served with HTTP/1.1.
const options = { allowHTTP1: true, cert: readFileSync('cert.pem'), key: readFileSync('key.pem') }

const server = createSecureServer(options, (request, response) => {
  if (request.url !== '/events') {
    response.writeHead(404).end('There is nothing here')
    return
  }
  // No header `Connection`: HTTP/2 has none.
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
