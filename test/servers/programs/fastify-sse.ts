/** Fastify, with @fastify/sse. */

import { fastifySSE } from '@fastify/sse'
import fastify from 'fastify'
import { answer, follow, HEARTBEAT } from './news.ts'

const app = fastify()
await app.register(fastifySSE, { heartbeatInterval: HEARTBEAT })

app.get('/events', { sse: 'only' }, (_, reply) => {
  reply.sse.keepAlive()
  reply.sse.sendHeaders()
  // Otherwise the headers wait for the first message.
  reply.raw.flushHeaders()
  let sent = Promise.resolve()
  const unfollow = follow(reply.sse.lastEventId ?? undefined, (news) => {
    // In order: `send` waits for slow clients.
    sent = sent
      .then(() => reply.sse.send({ ...news, retry: 500 }))
      .catch(() => {
        reply.sse.close()
      })
  })
  reply.sse.onClose(unfollow)
})

app.post('/chat', { sse: 'only' }, async (request, reply) => {
  if (request.headers.authorization !== 'Bearer secret') return reply.code(401).send({ error: 'no such token' })
  await reply.sse.send(messages((request.body as { prompt: string }).prompt))
})

async function* messages(prompt: string): AsyncGenerator<{ data: string }> {
  for await (const word of answer(prompt)) yield { data: word }
  yield { data: '[DONE]' }
}

await app.listen({ port: Number(process.env.PORT ?? 8000) })
