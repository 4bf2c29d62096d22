/** Anthropic's SDK. The server is ours, and sends messages in the format of the API. */

import Anthropic from '@anthropic-ai/sdk'
import assert from 'node:assert/strict'
import { streamEvents } from '../../../dist/index.js'
import { all, sdkTrials, sending } from './answers.ts'
import type { Client } from './client.ts'
import { serve } from './server.ts'

const MODEL = 'some-model'
const WORDS = ['Hello', ', ', 'world', '!']

const textOf = (events: { type: string; [member: string]: unknown }[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')

const ANSWER = textOf([
  { type: 'message_start', message: { id: 'msg-1', type: 'message', role: 'assistant', content: [], model: MODEL } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  ...WORDS.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } },
  { type: 'message_stop' },
])
const OVERLOADED = textOf([{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }])

const ask = (origin: string, signal?: AbortSignal) =>
  new Anthropic({ apiKey: 'secret', baseURL: origin }).messages.create(
    { model: MODEL, max_tokens: 1024, stream: true, messages: [{ role: 'user', content: 'Say hello' }] },
    { signal },
  )

export const client: Client = {
  name: 'Anthropic SDK',
  packages: ['@anthropic-ai/sdk'],
  how: 'streamEvents(await client.messages.create({ stream: true, … }).asResponse())',
  others: {},
  note: 'The request, its key and its retries are those of the SDK, so `reconnect` and `headers` are not options here. Its own stream ends without an error if a proxy cuts the answer.',
  trials: [
    {
      name: 'messages arrive',
      async run() {
        await using server = await serve(sending(ANSWER, { end: true }))
        const events = await all(streamEvents(await ask(server.origin).asResponse()))
        const texts = events
          .filter(({ type }) => type === 'content_block_delta')
          .map(({ data }) => (JSON.parse(data) as { delta: { text: string } }).delta.text)
        assert.deepEqual(texts, WORDS)
        assert.deepEqual([events[2]?.type, events.at(-1)?.type], ['ping', 'message_stop'])
        assert.equal(server.requests[0]?.headers.authorization, 'Bearer secret')
      },
    },
    ...sdkTrials({ answer: ANSWER, ownCut: 'ends', request: ask }),
    {
      name: '`event: error` is a message, and an error in its own stream',
      async run() {
        await using server = await serve(sending(OVERLOADED, { end: true }))
        const [event] = await all(streamEvents(await ask(server.origin).asResponse()))
        assert.equal(event?.type, 'error')
        assert.match(event.data, /Overloaded/)
        const own = await ask(server.origin)
        await assert.rejects(all(own), /Overloaded/)
      },
    },
  ],
}
