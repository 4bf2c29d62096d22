/** OpenAI's SDK. The server is ours, and sends chat completions and responses in the format of the API. */

import assert from 'node:assert/strict'
import OpenAI from 'openai'
import { streamEvents } from '../../../dist/index.js'
import { all, sdkTrials, sending } from './answers.ts'
import type { Client } from './client.ts'
import { jsonOf, serve } from './server.ts'

const MODEL = 'some-model'
const QUESTION = 'Say hello'
const WORDS = ['Hello', ', ', 'world', '!']

const CHAT = [
  ...WORDS.map((content, n) => ({
    delta: n === 0 ? { role: 'assistant', content } : { content },
    finish_reason: null,
  })),
  { delta: {}, finish_reason: 'stop' },
].map((choice) => {
  const chunk = {
    id: 'chat-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: MODEL,
    choices: [{ index: 0, ...choice }],
  }
  return `data: ${JSON.stringify(chunk)}\n\n`
})
const ANSWER = `: keep-alive\n\n${CHAT.join('')}data: [DONE]\n\n`

const RESPONSE = [
  { type: 'response.created', response: { id: 'response-1', status: 'in_progress' } },
  ...WORDS.map((delta) => ({
    type: 'response.output_text.delta',
    item_id: 'item-1',
    output_index: 0,
    content_index: 0,
    delta,
  })),
  { type: 'response.completed', response: { id: 'response-1', status: 'completed' } },
]
  .map((event, n) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: n })}\n\n`)
  .join('')

const clientOf = (origin: string): OpenAI => new OpenAI({ apiKey: 'secret', baseURL: origin, logLevel: 'off' })

const chat = (origin: string, signal?: AbortSignal) =>
  clientOf(origin).chat.completions.create(
    { model: MODEL, stream: true, messages: [{ role: 'user', content: QUESTION }] },
    { signal },
  )

const respond = (origin: string) => clientOf(origin).responses.create({ model: MODEL, stream: true, input: QUESTION })

export const client: Client = {
  name: 'OpenAI SDK',
  packages: ['openai'],
  how: 'streamEvents(await client.chat.completions.create({ stream: true, … }).asResponse())',
  others: {},
  note: 'The request, its key and its retries are those of the SDK, so `reconnect` and `headers` are not options here.',
  trials: [
    {
      name: 'messages arrive',
      async run() {
        const bodies: unknown[] = []
        await using server = await serve(async (request, response, server) => {
          bodies.push(await jsonOf(request))
          return sending(ANSWER, { end: true })(request, response, server)
        })
        const data = (await all(streamEvents(await chat(server.origin).asResponse()))).map((event) => event.data)
        assert.equal(data.pop(), '[DONE]')
        const texts = data.map((chunk) => (JSON.parse(chunk) as OpenAI.ChatCompletionChunk).choices[0]?.delta.content)
        assert.deepEqual(texts, [...WORDS, undefined])
        assert.equal(server.requests[0]?.headers.authorization, 'Bearer secret')
        assert.deepEqual(bodies, [{ model: MODEL, stream: true, messages: [{ role: 'user', content: QUESTION }] }])
      },
    },
    ...sdkTrials({ answer: ANSWER, ownCut: 'throws', request: chat }),
    {
      name: 'events of the Responses API have types',
      async run() {
        await using server = await serve(sending(RESPONSE, { end: true }))
        const own = await all(await respond(server.origin))
        const ours = await all(streamEvents(await respond(server.origin).asResponse()))
        assert.deepEqual(
          ours.map(({ type, data }) => ({ type, data: JSON.parse(data) as unknown })),
          own.map((event) => ({ type: event.type, data: event })),
        )
      },
    },
  ],
}
