/** The demo's chat: answers, resumption, rate limiting. */

import { EventSource, type ConnectionError, type ErrorEvent } from 'everysource'
import { describe, expect, test } from 'vitest'
import { answerTo, idOf } from '../../demo/answer.ts'
import { ask, post, PROMPT, refusal } from './chat.ts'
import { openServer, until } from './open.ts'

/** The answer as it is written to the response, after token number `last`. */
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
    'to %j has a token with an ID per event, and ends with [DONE]',
    async (prompt) => {
      const { url } = await openServer()
      const response = await post(`${url}chat`, { body: JSON.stringify({ prompt }) })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('text/event-stream')
      expect(await response.text()).toBe(`retry: 500\n\n${written(prompt)}`)
    },
  )

  test('quotes the prompt, shortened if long', () => {
    expect(answerTo(' What  now? ').join('')).toContain('“What  now?”')
    expect(answerTo('👋'.repeat(1000)).join('')).toContain(`“${'👋'.repeat(100)}”`)
  })

  test('stops when the client closes', async () => {
    const server = await openServer({ second: 1000 })
    const { source, events } = ask(`${server.url}chat`)
    await until(() => events.length > 1)
    expect(server.openStreams('/chat')).toBe(1)
    source.close()
    await until(() => server.timers() === 0 && server.openStreams('/chat') === 0)
  })
})

describe('resumption', () => {
  test('continues after the last token received', async () => {
    const log: string[] = []
    const server = await openServer({ second: 1000, log: (_, what) => log.push(what) })
    const { source, events, messages } = ask(`${server.url}chat?drop=5`, { reconnect: { jitter: 0 } })
    await until(() => source.readyState === EventSource.CLOSED)
    const tokens = answerTo(PROMPT).map((token) => `message: ${JSON.stringify({ token })}`)
    expect(events).toEqual(['open', ...tokens.slice(0, 5), 'error', 'open', ...tokens.slice(5), 'message: [DONE]'])
    expect(messages.map(({ lastEventId }) => lastEventId)).toEqual(messages.map((_, index) => idOf(PROMPT, index + 1)))
    expect(log).toEqual([
      'request without Last-Event-ID',
      'drops the connection in the middle of the event after token 5',
      'connection closed, timer stopped',
      `request with Last-Event-ID: ${idOf(PROMPT, 5)}`,
      'response ended',
    ])
  })

  test('continues after any token', async () => {
    const { url } = await openServer()
    const resume = async (last: number) => {
      const response = await post(`${url}chat`, {}, { 'Last-Event-ID': idOf(PROMPT, last) })
      expect(await response.text()).toBe(`retry: 500\n\n${written(PROMPT, last)}`)
    }
    await Promise.all(answerTo(PROMPT).map((_, index) => resume(index + 1)))
  })

  test('continues after a drop in the middle of [DONE]', async () => {
    const { url } = await openServer()
    const { length } = answerTo(PROMPT)
    const { source, messages } = ask(`${url}chat?drop=${length}`)
    await until(() => source.readyState === EventSource.CLOSED)
    expect(messages).toHaveLength(length + 1)
    expect(messages.at(-1)?.data).toBe('[DONE]')
  })

  test('drops a resumed answer only before the token in ?drop', async () => {
    const { url } = await openServer()
    for (const drop of [4, 5, 100]) {
      const response = await post(`${url}chat?drop=${drop}`, {}, { 'Last-Event-ID': idOf(PROMPT, 5) })
      expect(await response.text(), `after token ${drop}`).toContain('[DONE]')
    }
    const dropped = await post(`${url}chat?drop=6`, {}, { 'Last-Event-ID': idOf(PROMPT, 5) })
    await expect(dropped.text()).rejects.toThrow()
  })

  test('responds with 204 after [DONE]', async () => {
    const { url } = await openServer()
    const { source, events } = ask(`${url}chat`, { lastEventId: idOf(PROMPT, answerTo(PROMPT).length + 1) })
    const { status, willReconnect } = await new Promise<ErrorEvent>((resolve) => {
      source.addEventListener('error', (event) => {
        if (!('data' in event)) resolve(event)
      })
    })
    expect([events, status, willReconnect]).toEqual([['error'], 204, false])
  })

  test('ignores an empty Last-Event-ID', async () => {
    const { url } = await openServer()
    const response = await post(`${url}chat`, {}, { 'Last-Event-ID': '' })
    expect(await response.text()).toContain(written(PROMPT))
  })

  test.for([
    ['of another prompt', idOf('Another', 5)],
    ['past the end', idOf(PROMPT, answerTo(PROMPT).length + 2)],
    ['before the beginning', idOf(PROMPT, 0)],
    ['of the wrong format', '5'],
    ['of the wrong format', `${idOf(PROMPT, 5)}x`],
    ['of the wrong format', idOf(PROMPT, 5).toUpperCase().replace('.', '..')],
  ])('rejects an ID %s: %s', async ([, id = '']) => {
    const { url } = await openServer()
    expect(await refusal(await post(`${url}chat`, {}, { 'Last-Event-ID': id }))).toEqual({
      status: 400,
      type: 'invalid_request_error',
      message: 'The Last-Event-ID does not match the answer to this prompt',
    })
  })
})

describe('a busy chat', () => {
  test('responds with 429 and Retry-After until the delay has passed', async () => {
    const { url } = await openServer({ second: 60_000 })
    for (const time of [1, 2, 3]) {
      const response = await post(`${url}chat?busy=2`)
      expect(response.headers.get('retry-after'), `time ${time}`).toBe('2')
      expect(await refusal(response)).toEqual({ status: 429, type: 'rate_limit_error', message: 'The chat is busy' })
    }
  })

  test('answers after the delay, and limits the next request again', async () => {
    const { url } = await openServer({ second: 200 })
    const statuses: number[] = []
    while (statuses.at(-1) !== 200) statuses.push((await post(`${url}chat?busy=1`)).status)
    expect(new Set(statuses)).toEqual(new Set([429, 200]))
    expect((await post(`${url}chat?busy=1`)).status).toBe(429)
  })

  test('does not limit other requests or resumed answers', async () => {
    const { url } = await openServer({ second: 60_000 })
    expect((await post(`${url}chat?busy=1`)).status).toBe(429)
    const next = await post(`${url}chat?busy=1`, {}, { 'Last-Event-ID': idOf(PROMPT, 3) })
    const other = await post(`${url}chat`, { body: JSON.stringify({ prompt: 'Another' }) })
    expect([next.status, other.status]).toEqual([200, 200])
  })

  test('answers a source that respects Retry-After', async () => {
    const { url } = await openServer({ second: 1000 })
    const failures: ConnectionError[] = []
    const { events } = ask(`${url}chat?busy=1`, {
      reconnect: {
        shouldReconnect: (failure) => {
          failures.push(failure)
          return failure.status === 429
        },
      },
    })
    await until(() => events.length > 2)
    // One retry is enough, because the source waits for the whole delay.
    expect(events.slice(0, 2)).toEqual(['error', 'open'])
    expect(failures.map(({ status, retryAfter }) => [status, retryAfter])).toEqual([[429, 1000]])
  })
})
