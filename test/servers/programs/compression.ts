/** Express, with compression. */

import compression from 'compression'
import express from 'express'
import { encode, follow, HEARTBEAT } from './news.ts'

const app = express()
app.use(compression())

app.get('/events', (request, response) => {
  const write = (text: string): void => {
    response.write(text)
    // Otherwise compressed data stays in the buffer.
    response.flush()
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
  write('retry: 500\n\n')

  const unfollow = follow(request.get('Last-Event-ID'), (news) => {
    write(encode(news))
  })
  const heartbeat = setInterval(write, HEARTBEAT, ':\n\n')
  response.once('close', () => {
    clearInterval(heartbeat)
    unfollow()
  })
})

app.listen(Number(process.env.PORT ?? 8000))
