/** Hono, on Node. */

import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { answer, follow, HEARTBEAT } from './news.ts'

const app = new Hono()

app.get('/events', (c) => {
  c.header('X-Accel-Buffering', 'no')
  return streamSSE(c, async (stream) => {
    const unfollow = follow(c.req.header('Last-Event-ID'), (news) => {
      void stream.writeSSE({ ...news, retry: 500 })
    })
    const heartbeat = setInterval(() => void stream.write(':\n\n'), HEARTBEAT)
    // The stream ends when this function returns.
    await new Promise<void>((resolve) => {
      stream.onAbort(resolve)
    })
    clearInterval(heartbeat)
    unfollow()
  })
})

app.post('/chat', async (c) => {
  if (c.req.header('Authorization') !== 'Bearer secret') return c.json({ error: 'no such token' }, 401)
  const { prompt } = await c.req.json<{ prompt: string }>()
  c.header('X-Accel-Buffering', 'no')
  return streamSSE(c, async (stream) => {
    for await (const word of answer(prompt)) {
      if (stream.aborted) return
      await stream.writeSSE({ data: word })
    }
    await stream.writeSSE({ data: '[DONE]' })
  })
})

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 8000) })
