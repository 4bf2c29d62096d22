/** h3, which Nitro and Nuxt are built on. */

import { EventStream, H3, HTTPError, serve } from 'h3'
import { answer, follow, HEARTBEAT } from './news.ts'

const app = new H3()

app.get('/events', (event) => {
  const stream = new EventStream(event)
  // h3 sends the response headers with the first data.
  void stream.pushComment('')
  const unfollow = follow(event.req.headers.get('Last-Event-ID') ?? undefined, ({ id, event, data }) => {
    void stream.push({ id, event, data, retry: 500 })
  })
  const heartbeat = setInterval(() => void stream.pushComment(''), HEARTBEAT)
  stream.onClosed(() => {
    clearInterval(heartbeat)
    unfollow()
  })
  return stream
})

app.post('/chat', async (event) => {
  if (event.req.headers.get('Authorization') !== 'Bearer secret') {
    throw new HTTPError({ status: 401, message: 'no such token' })
  }
  const { prompt } = (await event.req.json()) as { prompt: string }
  const stream = new EventStream(event)
  const controller = new AbortController()
  stream.onClosed(() => {
    controller.abort()
  })
  void write()
  return stream

  async function write(): Promise<void> {
    for await (const word of answer(prompt)) {
      if (controller.signal.aborted) return
      await stream.push(word)
    }
    await stream.push('[DONE]')
    await stream.close()
  }
})

serve(app, { port: Number(process.env.PORT ?? 8000), silent: true })
