/** Express, with cors. */

import cors from 'cors'
import express from 'express'
import { answer, encode, follow, HEARTBEAT } from './news.ts'

const app = express()

app.use(
  cors({
    origin: process.env.ORIGIN ?? 'https://app.example.com',
    credentials: true,
    exposedHeaders: ['Retry-After'],
  }),
)

app.get('/events', (request, response) => {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  })
  response.write('retry: 500\n\n')

  const unfollow = follow(request.get('Last-Event-ID'), (news) => {
    response.write(encode(news))
  })
  const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT)
  response.once('close', () => {
    clearInterval(heartbeat)
    unfollow()
  })
})

app.post('/chat', express.json(), async (request, response) => {
  if (request.get('Authorization') !== 'Bearer secret') {
    response.status(401).json({ error: 'no such token' })
    return
  }
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  })
  for await (const word of answer((request.body as { prompt: string }).prompt)) {
    if (response.destroyed) return
    response.write(`data: ${word}\n\n`)
  }
  response.end('data: [DONE]\n\n')
})

app.listen(Number(process.env.PORT ?? 8000))
