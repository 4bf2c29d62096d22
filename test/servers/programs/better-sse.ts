/** better-sse, on Express. */

import { createChannel, createSession } from 'better-sse'
import express from 'express'
import { answer, follow, HEARTBEAT } from './news.ts'

const app = express()
const options = { keepAlive: HEARTBEAT, retry: 500 }

app.get('/events', async (request, response) => {
  const session = await createSession(request, response, options)
  const unfollow = follow(session.lastId, ({ id, event, data }) => {
    session.push(data, event, id)
  })
  session.once('disconnected', unfollow)
})

const room = createChannel()

app.get('/room', async (request, response) => {
  room.register(await createSession(request, response, options))
  room.broadcast(room.sessionCount, 'arrival')
})

app.post('/chat', express.json(), async (request, response) => {
  if (request.get('Authorization') !== 'Bearer secret') {
    response.status(401).json({ error: 'no such token' })
    return
  }
  const session = await createSession(request, response, { ...options, keepAlive: null })
  for await (const word of answer((request.body as { prompt: string }).prompt)) {
    // With a request body, the session does not detect that the client disconnected.
    if (response.destroyed) return
    session.push(word, 'message', '')
  }
  session.push('[DONE]', 'message', '')
  response.end()
})

app.listen(Number(process.env.PORT ?? 8000))
