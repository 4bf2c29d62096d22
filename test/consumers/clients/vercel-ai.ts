/**
 * Vercel's AI SDK: its server helper sends a UI message stream, its transport makes the request and its reader builds the messages.
 * The transport's parser is replaced with ours.
 */

import { DefaultChatTransport, HttpChatTransport, pipeUIMessageStreamToResponse, readUIMessageStream } from 'ai'
import type { UIMessage, UIMessageChunk } from 'ai'
import assert from 'node:assert/strict'
import { ReadableStream as NodeStream } from 'node:stream/web'
import { streamEvents, type GivenStreamInit, type StreamEvent } from '../../../dist/index.js'
import { all } from './answers.ts'
import type { Client } from './client.ts'
import { serve, type Handler } from './server.ts'

const QUESTION: UIMessage = { id: 'question-1', role: 'user', parts: [{ type: 'text', text: 'Say hello' }] }
const WORDS = ['Hello', ', ', 'world', '!']
const CHUNKS: UIMessageChunk[] = [
  { type: 'start', messageId: 'answer-1' },
  { type: 'text-start', id: 'text-1' },
  ...WORDS.map((delta) => ({ type: 'text-delta' as const, id: 'text-1', delta })),
  { type: 'text-end', id: 'text-1' },
  { type: 'finish' },
]

/** As in `how`. */
class Transport extends HttpChatTransport<UIMessage> {
  options: GivenStreamInit = {}

  protected override processResponseStream(stream: ReadableStream<Uint8Array<ArrayBufferLike>>) {
    // The types of the DOM don't have `from` yet.
    const events = NodeStream.from(streamEvents(stream, this.options)) as ReadableStream<StreamEvent>
    return events.pipeThrough(toChunks())
  }
}

function toChunks(): TransformStream<StreamEvent, UIMessageChunk> {
  return new TransformStream({
    transform({ data }, controller) {
      if (data !== '[DONE]') controller.enqueue(JSON.parse(data) as UIMessageChunk)
    },
  })
}

/** Sends these chunks with the SDK's own helper. The response stays open, as if more were to come, unless `end` is set. */
function sending(chunks: UIMessageChunk[], { end = false, keepAliveMs = 0 } = {}): Handler {
  return (_request, response) => {
    const stream = new ReadableStream<UIMessageChunk>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk)
        if (end) controller.close()
      },
    })
    return pipeUIMessageStreamToResponse({ response, stream, ...(keepAliveMs > 0 ? { keepAliveMs } : {}) })
  }
}

function ask(
  transport: HttpChatTransport<UIMessage>,
  abortSignal?: AbortSignal,
): Promise<ReadableStream<UIMessageChunk>> {
  return transport.sendMessages({
    trigger: 'submit-message',
    chatId: 'chat-1',
    messageId: undefined,
    messages: [QUESTION],
    abortSignal,
  })
}

/** The text of the last state of the message. */
async function textOf(stream: ReadableStream<UIMessageChunk>, onText?: (text: string) => void): Promise<string> {
  let text = ''
  for await (const { parts } of readUIMessageStream({ stream, terminateOnError: true })) {
    text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
    onText?.(text)
  }
  return text
}

export const client: Client = {
  name: 'Vercel AI SDK',
  packages: ['ai'],
  how: 'ReadableStream.from(streamEvents(stream))',
  others: {},
  note: 'The request is that of the SDK. Its messages have no IDs, so an answer that breaks off is not resumed.',
  trials: [
    {
      name: 'messages arrive',
      async run() {
        await using server = await serve(sending(CHUNKS, { end: true }))
        assert.equal(await textOf(await ask(new Transport({ api: server.origin }))), WORDS.join(''))
      },
    },
    {
      name: "the chunks equal those of the SDK's own transport",
      async run() {
        await using server = await serve(sending(CHUNKS, { end: true }))
        const own = await ask(new DefaultChatTransport({ api: server.origin }))
        const ours = await ask(new Transport({ api: server.origin }))
        assert.deepEqual(await all(ours), await all(own))
      },
    },
    {
      name: 'closing frees the server',
      async run() {
        await using server = await serve(sending(CHUNKS.slice(0, 3)))
        const reader = (await ask(new Transport({ api: server.origin }))).getReader()
        for (const chunk of CHUNKS.slice(0, 3)) assert.deepEqual((await reader.read()).value, chunk)
        const last = reader.read()
        await reader.cancel()
        assert.equal((await last).done, true)
        await server.untilFreed()
      },
    },
    {
      name: "the SDK's `signal` closes the connection",
      async run() {
        await using server = await serve(sending(CHUNKS.slice(0, 3)))
        const controller = new AbortController()
        const stream = await ask(new Transport({ api: server.origin }), controller.signal)
        const stop = (text: string): void => {
          if (text === WORDS[0]) controller.abort()
        }
        await assert.rejects(textOf(stream, stop), { name: 'AbortError' })
        await server.untilFreed()
      },
    },
    {
      name: 'an answer that breaks off is an error',
      async run() {
        await using server = await serve(sending(CHUNKS.slice(0, 3)))
        const stream = await ask(new Transport({ api: server.origin }))
        const drop = (text: string): void => {
          if (text === WORDS[0]) server.drop()
        }
        await assert.rejects(textOf(stream, drop), { name: 'ConnectionError', reason: 'network' })
      },
    },
    {
      name: '`idleTimeout` ends an answer that stalls',
      async run() {
        await using server = await serve(sending(CHUNKS.slice(0, 3)))
        const transport = new Transport({ api: server.origin })
        transport.options = { idleTimeout: 100 }
        await assert.rejects(textOf(await ask(transport)), { name: 'ConnectionError', reason: 'timeout' })
        await server.untilFreed()
      },
    },
    {
      name: '`onComment` gets the keep-alives of `keepAliveMs`',
      async run() {
        await using server = await serve(sending(CHUNKS.slice(0, 3), { keepAliveMs: 20 }))
        const transport = new Transport({ api: server.origin })
        const alive = new Promise<void>((resolve) => {
          transport.options.onComment = (comment) => {
            if (comment === 'keep-alive') resolve()
          }
        })
        const reader = (await ask(transport)).getReader()
        const reading = (async () => {
          while (!(await reader.read()).done);
        })()
        await alive
        await reader.cancel()
        await reading
        await server.untilFreed()
      },
    },
  ],
}
