/** Facts about docs/guides/ai-chat.md. */

import { expect } from 'vitest'
import type { Program } from '../program.ts'
import { json, stream, type TestServer } from '../servers.ts'
import type { Stage } from '../stage.ts'
import { type Fact, type Facts } from './fact.ts'

const KEY = 'sk-of-a-test'
const ENV = { API_KEY: KEY }

function piece(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
}

/** An Anthropic-style message. */
function typed(type: string, rest: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`
}

function delta(text: string): string {
  return typed('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
}

const OVERLOADED = typed('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })

/** Sends `text` and resets the connection once the program has printed `printed`. */
async function cutAfter(
  stage: Stage,
  text: string,
  printed: string,
): Promise<{ server: TestServer; program: Program }> {
  let cut = (): void => undefined
  const server = await stage.serve((response) => {
    stream(response, text)
    cut = () => response.destroy()
  })
  const program = stage.run({ 'https://api.example.com': server.origin }, ENV)
  await program.prints(printed)
  cut()
  await program.exits()
  return { server, program }
}

const WHOLE: Fact = {
  fact: 'prints the whole answer and exits after one request',
  run: async (stage) => {
    const server = await stage.serve((response) => {
      const last = `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: 'stop' }] })}\n\n`
      stream(response, `${piece('Hel')}${piece('lo')}${last}data: [DONE]\n\n`)
      response.end()
    })
    await stage.run({ 'https://api.example.com': server.origin }, ENV).ends({ output: 'Hello' })
    const [request] = server.requests
    expect(server.requests).toHaveLength(1)
    expect(request).toMatchObject({ method: 'POST', url: '/v1/chat/completions' })
    expect(request?.headers).toMatchObject({
      accept: 'text/event-stream',
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/json',
    })
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ stream: true, messages: [{ content: 'Say hello' }] })
  },
}

const REFUSED: Fact = {
  fact: 'prints why the request was refused',
  run: async (stage) => {
    const server = await stage.serve((response) => {
      json(response, 401, { error: { message: 'Wrong key' } })
    })
    await stage.run({ 'https://api.example.com': server.origin }, ENV).ends({ errors: 'Wrong key\n' })
    expect(server.requests).toHaveLength(1)
  },
}

const ONCE: Fact = {
  fact: 'does not repeat the request when the connection breaks in the middle',
  run: async (stage) => {
    const { server, program } = await cutAfter(stage, piece('Hel'), 'Hel')
    expect(program).toMatchObject({ output: 'Hel', errors: expect.stringContaining('was interrupted') as string })
    expect(server.requests).toHaveLength(1)
  },
}

const curl: Fact = {
  fact: 'prints the stream unchanged',
  run: async (stage) => {
    const server = await stage.serve((response) => {
      stream(response)
      response.end(piece('Hello'))
    })
    await stage.run({ 'https://api.example.com': server.origin }, ENV).prints(piece('Hello'))
    expect(server.requests[0]).toMatchObject({ method: 'POST', headers: { authorization: `Bearer ${KEY}` } })
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ stream: true })
  },
}

export const AI_CHAT: Facts = {
  'At the top': [curl],

  'OpenAI-style APIs: With an EventSource': [WHOLE, REFUSED, ONCE],

  'Retries: Retry until the first token, never after': [
    {
      fact: 'repeats the request while no message has arrived',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          stream(response, n < 3 ? 'retry: 100\n\n' : `${piece('Hello')}data: [DONE]\n\n`)
          if (n < 3) response.socket?.end()
          else response.end()
        })
        await stage.run({ 'https://api.example.com': server.origin }, ENV).ends({ output: 'Hello' })
        expect(server.requests).toHaveLength(3)
      },
    },
    {
      fact: 'does not repeat the request after the first message or after the end',
      run: async (stage) => {
        const { server, program } = await cutAfter(stage, piece('Hel'), 'Hel')
        expect(program).toMatchObject({ output: 'Hel', errors: expect.stringContaining('was interrupted') as string })
        expect(server.requests).toHaveLength(1)
      },
    },
    WHOLE,
  ],

  'Retries: Stop after three errors in the stream': [
    {
      fact: 'sends three requests and no more',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, delta('Hel') + OVERLOADED)
          response.end()
        })
        const program = stage.run({ 'https://api.example.com': server.origin, '1_000': '100' }, ENV)
        await program.ends({ output: 'The model is overloaded\n' })
        expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST'])
      },
    },
    {
      fact: 'prints only the complete answer and sends no further request',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          stream(response, n === 1 ? delta('Hel') + OVERLOADED : delta('Hel') + delta('lo') + typed('message_stop'))
          response.end()
        })
        const program = stage.run({ 'https://api.example.com': server.origin, '1_000': '100' }, ENV)
        await program.ends({ output: 'Hello\n' })
        expect(server.requests).toHaveLength(2)
      },
    },
  ],
}
