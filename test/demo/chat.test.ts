/** The demo's chat: its answers, how one goes on that broke off, how it is busy. */

import { EventSource, type ConnectionError, type ErrorEvent } from 'everysource'
import { describe, expect, test } from 'vitest'
import { answerTo, idOf } from '../../demo/answer.ts'
import { ask, post, PROMPT, refusal } from './chat.ts'
import { openServer, until } from './open.ts'

/** A whole answer as it is written after the token with the number `last`. */
function written(prompt: string, last = 0): string {
  return answerTo(prompt)
    .map((token) => JSON.stringify({ token }))
    .concat('[DONE]')
    .map((data, index) => `id: ${idOf(prompt, index + 1)}\ndata: ${data}\n\n`)
    .slice(last)
    .join('')
}

describe('an answer', () => {
  test.for([PROMPT, 'Two\nlines, "quoted"', '  naïve 👋🏽  ', 'lone \ud83d', 'long '.repeat(1000)])(
    'to %j comes token by token, each with an ID, ends with [DONE], and then the response ends',
    async (prompt) => {
      const { url } = await openServer()
      const response = await post(`${url}chat`, { body: JSON.stringify({ prompt }) })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('text/event-stream')
      expect(await response.text()).toBe(`retry: 500\n\n${written(prompt)}`)
    },
  )

  test('has the prompt in it, cut where it is long', () => {
    expect(answerTo(' What  now? ').join('')).toContain('“What  now?”')
    expect(answerTo('👋'.repeat(1000)).join('')).toContain(`“${'👋'.repeat(100)}”`)
  })

  test('stops when its client closes', async () => {
    const server = await openServer({ second: 1000 })
    const { source, heard } = ask(`${server.url}chat`)
    await until(() => heard.length > 1)
    expect(server.openStreams('/chat')).toBe(1)
    source.close()
    await until(() => server.timers() === 0 && server.openStreams('/chat') === 0)
  })
})

describe('resumption', () => {
  test('an answer that broke off goes on after the last token that arrived', async () => {
    const log: string[] = []
    const server = await openServer({ second: 1000, log: (_, what) => log.push(what) })
    const { source, heard, messages } = ask(`${server.url}chat?drop=5`, { reconnect: { jitter: 0 } })
    await until(() => source.readyState === EventSource.CLOSED)
    const tokens = answerTo(PROMPT).map((token) => `message: ${JSON.stringify({ token })}`)
    expect(heard).toEqual(['open', ...tokens.slice(0, 5), 'error', 'open', ...tokens.slice(5), 'message: [DONE]'])
    expect(messages.map(({ lastEventId }) => lastEventId)).toEqual(messages.map((_, index) => idOf(PROMPT, index + 1)))
    expect(log).toEqual([
      'a request without Last-Event-ID',
      'breaks the connection off in the middle of what comes after token 5',
      'the connection is closed, its timer stopped',
      `a request with Last-Event-ID: ${idOf(PROMPT, 5)}`,
      'the response has ended',
    ])
  })

  test('an answer goes on after any of its tokens', async () => {
    const { url } = await openServer()
    const goOn = async (last: number) => {
      const response = await post(`${url}chat`, {}, { 'Last-Event-ID': idOf(PROMPT, last) })
      expect(await response.text()).toBe(`retry: 500\n\n${written(PROMPT, last)}`)
    }
    await Promise.all(answerTo(PROMPT).map((_, index) => goOn(index + 1)))
  })

  test('an answer can break off in the middle of [DONE], too', async () => {
    const { url } = await openServer()
    const { length } = answerTo(PROMPT)
    const { source, messages } = ask(`${url}chat?drop=${length}`)
    await until(() => source.readyState === EventSource.CLOSED)
    expect(messages).toHaveLength(length + 1)
    expect(messages.at(-1)?.data).toBe('[DONE]')
  })

  test('an answer that goes on breaks off only if it has not been past that token', async () => {
    const { url } = await openServer()
    for (const drop of [4, 5, 100]) {
      const response = await post(`${url}chat?drop=${drop}`, {}, { 'Last-Event-ID': idOf(PROMPT, 5) })
      expect(await response.text(), `after token ${drop}`).toContain('[DONE]')
    }
    const dropped = await post(`${url}chat?drop=6`, {}, { 'Last-Event-ID': idOf(PROMPT, 5) })
    await expect(dropped.text()).rejects.toThrow()
  })

  test('after [DONE] there is nothing: who comes back all the same is told that it is over', async () => {
    const { url } = await openServer()
    const { source, heard } = ask(`${url}chat`, { lastEventId: idOf(PROMPT, answerTo(PROMPT).length + 1) })
    const { status, willReconnect } = await new Promise<ErrorEvent>((resolve) => {
      source.addEventListener('error', (event) => {
        if (!('data' in event)) resolve(event)
      })
    })
    expect([heard, status, willReconnect]).toEqual([['error'], 204, false])
  })

  test('an empty Last-Event-ID is none', async () => {
    const { url } = await openServer()
    const response = await post(`${url}chat`, {}, { 'Last-Event-ID': '' })
    expect(await response.text()).toContain(written(PROMPT))
  })

  test.for([
    ['of another prompt', idOf('Another', 5)],
    ['past the end', idOf(PROMPT, answerTo(PROMPT).length + 2)],
    ['before the beginning', idOf(PROMPT, 0)],
    ['of nothing', '5'],
    ['of nothing', `${idOf(PROMPT, 5)}x`],
    ['of nothing', idOf(PROMPT, 5).toUpperCase().replace('.', '..')],
  ])('an ID %s is refused: %s', async ([, id = '']) => {
    const { url } = await openServer()
    expect(await refusal(await post(`${url}chat`, {}, { 'Last-Event-ID': id }))).toEqual({
      status: 400,
      type: 'invalid_request_error',
      message: 'The Last-Event-ID is that of no token in the answer to this prompt',
    })
  })
})

describe('a busy chat', () => {
  test('sends a client away with 429 and the seconds to wait, however often it comes before they are over', async () => {
    const { url } = await openServer({ second: 60_000 })
    for (const time of [1, 2, 3]) {
      const response = await post(`${url}chat?busy=2`)
      expect(response.headers.get('retry-after'), `time ${time}`).toBe('2')
      expect(await refusal(response)).toEqual({ status: 429, type: 'rate_limit_error', message: 'The chat is busy' })
    }
  })

  test('answers when the client has waited, and sends the next one away again', async () => {
    const { url } = await openServer({ second: 200 })
    const statuses: number[] = []
    while (statuses.at(-1) !== 200) statuses.push((await post(`${url}chat?busy=1`)).status)
    expect(new Set(statuses)).toEqual(new Set([429, 200]))
    expect((await post(`${url}chat?busy=1`)).status).toBe(429)
  })

  test('keeps nobody waiting who does not ask for it, and no answer that goes on', async () => {
    const { url } = await openServer({ second: 60_000 })
    expect((await post(`${url}chat?busy=1`)).status).toBe(429)
    const next = await post(`${url}chat?busy=1`, {}, { 'Last-Event-ID': idOf(PROMPT, 3) })
    const other = await post(`${url}chat`, { body: JSON.stringify({ prompt: 'Another' }) })
    expect([next.status, other.status]).toEqual([200, 200])
  })

  test('answers a source that does as Retry-After says', async () => {
    const { url } = await openServer({ second: 1000 })
    const failures: ConnectionError[] = []
    const { heard } = ask(`${url}chat?busy=1`, {
      reconnect: {
        shouldReconnect: (failure) => {
          failures.push(failure)
          return failure.status === 429
        },
      },
    })
    await until(() => heard.length > 2)
    // It comes once: its timer waits for as long as the server wants it to.
    expect(heard.slice(0, 2)).toEqual(['error', 'open'])
    expect(failures.map(({ status, retryAfter }) => [status, retryAfter])).toEqual([[429, 1000]])
  })
})
