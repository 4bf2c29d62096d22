/** Of the answers of AI models. */

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

/** A message in the manner of Anthropic. */
function typed(type: string, rest: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`
}

function delta(text: string): string {
  return typed('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
}

const HELLO = [
  typed('message_start', { message: { model: 'some-model' } }),
  typed('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  typed('ping'),
  delta('Hel'),
]

const OVERLOADED = typed('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })

/** A server that is as far as `text` when the connection is reset, which is once the program has printed `printed`. */
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
  fact: 'prints the whole answer and ends, with one request',
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
  fact: 'prints why it was refused',
  run: async (stage) => {
    const server = await stage.serve((response) => {
      json(response, 401, { error: { message: 'Wrong key' } })
    })
    await stage.run({ 'https://api.example.com': server.origin }, ENV).ends({ errors: 'Wrong key\n' })
    expect(server.requests).toHaveLength(1)
  },
}

const ONCE: Fact = {
  fact: 'does not ask again when it is cut in the middle',
  run: async (stage) => {
    const { server, program } = await cutAfter(stage, piece('Hel'), 'Hel')
    expect(program).toMatchObject({ output: 'Hel', errors: expect.stringContaining('was interrupted') as string })
    expect(server.requests).toHaveLength(1)
  },
}

/** Of the loop: what differs is what it prints. */
const LOOP: Fact[] = [
  WHOLE,
  {
    fact: 'prints what the server says when it refuses',
    run: async (stage) => {
      const server = await stage.serve((response) => {
        json(response, 401, { error: 'Wrong key' })
      })
      const program = stage.run({ 'https://api.example.com': server.origin }, ENV)
      await program.ends({ errors: '{"error":"Wrong key"}\n', code: 1 })
    },
  },
  {
    fact: 'says when the answer is cut short, and stops the server when the time is over',
    run: async (stage) => {
      const server = await stage.serve((response, _, n) => {
        stream(response, piece('Hel'))
        if (n === 1) response.end()
      })
      const cut = stage.run({ 'https://api.example.com': server.origin }, ENV)
      await cut.exits()
      expect(cut).toMatchObject({ output: 'Hel', errors: expect.stringContaining('cut short') as string, code: 1 })
      const late = stage.run({ 'https://api.example.com': server.origin, '60_000': '5_000' }, ENV)
      await late.exits()
      expect(late).toMatchObject({ output: 'Hel', errors: expect.stringContaining('TimeoutError') as string, code: 1 })
    },
  },
]

/** A command that asks by hand. */
const curl: Fact = {
  fact: 'prints the stream as it is',
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

  'In the manner of OpenAI': [WHOLE, REFUSED, ONCE],

  'In the manner of Anthropic': [
    {
      fact: 'prints the whole answer and ends, with one request',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, [...HELLO, delta('lo'), typed('content_block_stop'), typed('message_stop')].join(''))
        })
        const program = stage.run({ 'https://api.example.com': server.origin }, ENV)
        await program.ends({ output: 'some-model\nHello' })
        expect(server.requests).toHaveLength(1)
        expect(server.requests[0]).toMatchObject({
          method: 'POST',
          headers: { 'x-api-key': KEY, 'anthropic-version': '2023-06-01' },
        })
      },
    },
    {
      fact: "prints the stream's own error, and ends",
      run: async (stage) => {
        const server = await stage.serve((response) => {
          const error = typed('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })
          stream(response, [...HELLO, error].join(''))
        })
        const program = stage.run({ 'https://api.example.com': server.origin }, ENV)
        await program.ends({ output: 'some-model\nHel', errors: 'Overloaded\n' })
      },
    },
    {
      fact: 'prints that it was cut in the middle',
      run: async (stage) => {
        const { program } = await cutAfter(stage, HELLO.join(''), 'Hel')
        expect(program).toMatchObject({ errors: expect.stringContaining('was interrupted') as string })
      },
    },
    {
      fact: 'lives as long as there are pings, and no longer',
      run: async (stage) => {
        let pings = 0
        const server = await stage.serve((response) => {
          stream(response, HELLO.join(''))
          const timer = setInterval(() => {
            response.write(typed('ping'))
            if (++pings === 50) clearInterval(timer)
          }, 100)
        })
        const program = stage.run({ 'https://api.example.com': server.origin, '60_000': '4_000' }, ENV)
        await program.exits()
        expect(program.errors).toContain('silent for 4000 ms')
        expect(pings).toBe(50)
      },
    },
    {
      fact: 'does not send the key to where it is redirected',
      run: async (stage) => {
        const elsewhere = await stage.serve((response) => {
          stream(response, typed('message_stop'))
        })
        const server = await stage.serve((response) => {
          response.writeHead(307, { Location: elsewhere.origin }).end()
        })
        const program = stage.run({ 'https://api.example.com': server.origin }, ENV)
        await program.exits()
        expect(program.errors).toContain('was redirected')
        expect(elsewhere.requests).toEqual([])
      },
    },
  ],

  'As a loop': LOOP,

  'Retries: Retry until the first token, never after': [
    {
      fact: 'asks again while nothing has come',
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
      fact: 'does not ask again once there is text, nor after the end',
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
      fact: 'asks three times, and not again',
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
      fact: 'prints the answer that is complete, alone, and asks no more',
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
