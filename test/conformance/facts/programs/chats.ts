/** AI chat programs: fact 61. */

import * as anthropic from '../../programs/anthropic-chat.ts'
import * as busy from '../../programs/busy-server.ts'
import { callTool } from '../../programs/mcp-call.ts'
import * as openai from '../../programs/openai-chat.ts'
import * as refusedChat from '../../programs/refused-chat.ts'
import { showUntilStopped } from '../../programs/stop-button.ts'
import { keptAlive, check, ending, equal, redirect, refused, rejection, stream } from '../../harness.ts'
import { ConnectionError } from '../../under-test.ts'
import { ourFacts, type BehaviorFact } from '../fact.ts'
import { connectionsEnd, header, ids, screen, typed } from './shared.ts'

function piece(content?: string): string {
  return `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
}

function delta(text: string): string {
  return typed('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
}

const BEGINNING = [
  typed('message_start', { message: { model: 'some-model' } }),
  typed('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  typed('ping'),
  delta('Hel'),
]

const SESSION = { id: 'a-session', protocolVersion: '2025-06-18' }

function rpc(params: object): string {
  return `data: ${JSON.stringify({ jsonrpc: '2.0', ...params })}\n\n`
}

function progress(id: number): string {
  return `id: ${id}\n${rpc({ method: `notifications/${id}` })}`
}

export const chats: BehaviorFact[] = ourFacts(61, {
  'openai-chat: shows the answer piece by piece until the response ends': async (fact) => {
    const served = await fact.serve(ending(piece('Hel'), piece('lo'), piece(), 'data: [DONE]\n\n'))
    const { shown, show } = screen()
    await openai.ask(served.url, 'a-key', 'Say hello', show)
    equal(shown, ['Hel', 'lo', ''])
    const [request] = await connectionsEnd(fact, served, 1)
    equal([request?.method, request?.headers.authorization], ['POST', 'Bearer a-key'])
    equal([request?.headers['content-type'], request?.headers.accept], ['application/json', 'text/event-stream'])
    const question = [{ role: 'user', content: 'Say hello' }]
    equal(JSON.parse(request?.body ?? ''), { model: 'some-model', stream: true, messages: question })
  },
  'openai-chat: throws if the answer ends without [DONE], and does not retry': async (fact) => {
    const served = await fact.serve(ending(piece('Hel')))
    const { shown, show } = screen()
    equal(String(await rejection(openai.ask(served.url, 'a-key', '?', show))), 'Error: The answer is not complete')
    equal(shown, ['Hel'])
    await connectionsEnd(fact, served, 1)
  },

  'anthropic-chat: shows the answer, ignores pings, and completes at message_stop': async (fact) => {
    const end = typed('message_delta', { delta: { stop_reason: 'end_turn' } }) + typed('message_stop')
    const served = await fact.serve(ending(...BEGINNING, delta('lo') + typed('content_block_stop') + end))
    const { shown, show } = screen()
    equal(await anthropic.ask(served.url, 'a-key', 'Say hello', show), 'end_turn')
    equal(shown, ['Hel', 'lo'])
    const [request] = await connectionsEnd(fact, served, 1)
    equal(
      [request?.method, request?.headers['x-api-key'], request?.headers['anthropic-version']],
      ['POST', 'a-key', '2023-06-01'],
    )
  },
  'anthropic-chat: throws on an error event and closes the connection': async (fact) => {
    const failure = typed('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })
    const served = await fact.serve(stream(BEGINNING.join('') + failure + delta('lo')))
    const { shown, show } = screen()
    equal(String(await rejection(anthropic.ask(served.url, 'a-key', '?', show))), 'Error: Overloaded')
    equal(shown, ['Hel'])
    await connectionsEnd(fact, served, 1)
  },
  'anthropic-chat: does not send the key to a redirect target': async (fact) => {
    const elsewhere = await fact.serve(keptAlive(typed('message_stop')))
    const served = await fact.serve(redirect(elsewhere.at(fact.otherOrigin), 307))
    const error = await rejection(anthropic.ask(served.url, 'a-key', '?', screen().show))
    check(error instanceof ConnectionError && error.reason === 'redirect', `the error is ${String(error)}`)
    equal((await elsewhere.log()).requests, [])
  },

  'refused-chat: shows the message from the JSON of a refused response': async (fact) => {
    const body = JSON.stringify({ error: { message: 'Your key has expired' } })
    const served = await fact.serve(refused(401, { 'Content-Type': 'application/json; charset=utf-8' }, body))
    const { shown, show } = screen()
    await refusedChat.ask(served.url, 'an-old-key', show)
    equal(shown, ['Your key has expired'])
    equal(header('authorization', await connectionsEnd(fact, served, 1)), ['Bearer an-old-key'])
  },
  'refused-chat: shows the status if the refused response is not JSON': async (fact) => {
    const served = await fact.serve(refused(503, {}, 'down'))
    const { shown, show } = screen()
    await refusedChat.ask(served.url, 'a-key', show)
    equal([shown.length, shown[0]?.includes('status 503')], [1, true])
  },

  'stop-button: stops the answer and closes the connection': async (fact) => {
    const served = await fact.serve(stream('data: a\n\n', 'data: b\n\ndata: c\n\n'))
    const button = new EventTarget()
    const { shown, show } = screen((text) => {
      if (text === 'b') button.dispatchEvent(new Event('click'))
    })
    await showUntilStopped(served.url, button, show)
    equal(shown, ['a', 'b', '(stopped)'])
    await connectionsEnd(fact, served, 1)
  },
  'stop-button: works before the response arrives': async (fact) => {
    const served = await fact.serve({ before: 'never' })
    const button = new EventTarget()
    const { shown, show } = screen()
    const over = showUntilStopped(served.url, button, show)
    await served.log({ requests: 1 })
    button.dispatchEvent(new Event('click'))
    await over
    equal(shown, ['(stopped)'])
    await connectionsEnd(fact, served, 1)
  },
  'stop-button: shows the complete answer if it is not clicked': async (fact) => {
    const served = await fact.serve(ending('data: a\n\n'))
    const { shown, show } = screen()
    await showUntilStopped(served.url, new EventTarget(), show)
    equal(shown, ['a', '(complete)'])
  },

  'mcp-call: resumes the stream of a POST with a GET from the last event ID': async (fact) => {
    const served = await fact.serve(
      ending(`retry: 10\nid: 0\ndata:\n\n${progress(1)}`),
      // A request of the server has its own numbers.
      stream(progress(2), rpc({ id: 1, method: 'ping' }), `id: 3\n${rpc({ id: 1, result: { total: 2 } })}`),
    )
    const { shown, show } = screen()
    equal(await callTool(served.url, SESSION, 'count', show), { total: 2 })
    equal(shown, ['notifications/1', 'notifications/2', 'ping'])
    const requests = await connectionsEnd(fact, served, 2)
    const [call, resumption] = requests
    equal([ids(requests), header('mcp-session-id', requests)], [[undefined, '1'], Array(2).fill('a-session')])
    equal(header('mcp-protocol-version', requests), Array(2).fill('2025-06-18'))
    equal(header('accept', requests), ['application/json, text/event-stream', 'text/event-stream'])
    equal([call?.method, (JSON.parse(call?.body ?? '') as { method: string }).method], ['POST', 'tools/call'])
    equal([resumption?.method, resumption?.body, resumption?.headers['content-type']], ['GET', '', undefined])
  },
  'mcp-call: accepts a JSON response of any size and speed': async (fact) => {
    const text = 'x'.repeat(100_000)
    const served = await fact.serve({
      headers: { 'Content-Type': 'application/json' },
      steps: [{ write: `{"id":1,"result":"${text}` }, { wait: 400 }, { write: '"}' }, { end: true }],
    })
    equal(await callTool(served.url, SESSION, 'count', () => undefined), text)

    const error = { code: -32602, message: 'Unknown tool' }
    const asJSON = {
      headers: { 'Content-Type': 'application/json' },
      steps: [{ write: JSON.stringify({ id: 1, error }) }, { end: true as const }],
    }
    for (const response of [asJSON, ending(rpc({ id: 1, error }))]) {
      const { url } = await fact.serve(response)
      equal(String(await rejection(callTool(url, SESSION, 'x', () => undefined))), 'Error: Unknown tool (-32602)')
    }
  },
  'mcp-call: does not retry before the stream has sent an ID': async (fact) => {
    const served = await fact.serve({ steps: [{ write: rpc({ method: 'notifications/x' }) }, { reset: true }] })
    const { show } = screen()
    const error = await rejection(callTool(served.url, SESSION, 'count', show))
    check(error instanceof ConnectionError && error.reason === 'network', `the error is ${String(error)}`)
    await connectionsEnd(fact, served, 1)
  },

  'busy-server: waits as long as Retry-After says, then sends the question again': async (fact) => {
    const served = await fact.serve(refused(429, { 'Retry-After': '1' }), ending('data: a\n\n', 'data: b\n\n'))
    const { shown, show } = screen()
    const answered = busy.ask(served.url, 'Why?', show)
    await served.log({ closed: 1 })
    // Without Retry-After the wait would be at least 3 s. In browsers, other tests may occupy the connections for some seconds.
    if (fact.env.base === undefined) await served.within(2_500, { requests: 2 })
    await answered
    equal(shown, ['a', 'b'])
    const requests = await connectionsEnd(fact, served, 2)
    equal(
      requests.map(({ method, body }) => `${method} ${body}`),
      ['POST Why?', 'POST Why?'],
    )
    const wait = (requests[1]?.at ?? 0) - (requests[0]?.at ?? 0)
    check(wait >= 950, `it waited ${wait} ms`)
  },
  'busy-server: does not retry an answer that is cut off': async (fact) => {
    const served = await fact.serve({ steps: [{ write: 'data: a\n\n' }, { gate: 'shown' }, { reset: true }] })
    const { shown, show } = screen(() => void served.openGate('shown'))
    const error = await rejection(busy.ask(served.url, 'Why?', show))
    check(error instanceof ConnectionError && error.reason === 'network', `the error is ${String(error)}`)
    equal(shown, ['a'])
    await connectionsEnd(fact, served, 1)
  },
  'busy-server: gives up after five attempts': async (fact) => {
    const served = await fact.serve(refused(429, { 'Retry-After': '0' }, 'busy'))
    const error = await rejection(busy.ask(served.url, 'Why?', screen().show))
    check(error instanceof ConnectionError && error.status === 429, `the error is ${String(error)}`)
    await connectionsEnd(fact, served, 5)
  },
})
