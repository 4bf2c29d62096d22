/** Fastify without plugins. */

import { Readable } from 'node:stream'
import fastify from 'fastify'
import { answer, encode, follow, HEARTBEAT } from './news.ts'

const app = fastify()

app.get('/events', (request, reply) => {
  // Fastify leaves the response to us.
  reply.hijack()
  const response = reply.raw
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
    'X-Accel-Buffering': 'no',
  })
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

app.post('/chat', (request, reply) => {
  if (request.headers.authorization !== 'Bearer secret') return reply.code(401).send({ error: 'no such token' })
  const { prompt } = request.body as { prompt: string }
  reply.header('X-Accel-Buffering', 'no')
  return reply.type('text/event-stream').send(Readable.from(messages(prompt)))
})

async function* messages(prompt: string): AsyncGenerator<string> {
  for await (const word of answer(prompt)) yield `data: ${word}\n\n`
  yield 'data: [DONE]\n\n'
}

await app.listen({ port: Number(process.env.PORT ?? 8000) })
