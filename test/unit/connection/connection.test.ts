/** Attempts: how many there are, and what functions among the options are told of them. */

import { describe, expect, it } from 'vitest'
import { type Attempt, EventSource, type EventSourceInit, type ReconnectPolicy } from '../../../src/index.ts'
import { finished, NOWHERE, nextError, nextOpen, until } from '../support/sources.ts'
import { type Answer, down, ended, good, refused, watch as watchAt, type Watched } from '../support/watch.ts'

/** A source that comes back after 100 ms. */
function watch(answers: Answer[], options: EventSourceInit): Watched {
  return watchAt(answers, { reconnectionTime: 0, ...options })
}

function withPolicy(answers: Answer[], reconnect: ReconnectPolicy): Watched {
  return watch(answers, { reconnect: { jitter: 0, factor: 1, ...reconnect } })
}

describe('maxAttempts', () => {
  it('counts requests in a row without a message, the first included', async () => {
    const { source, requests, errors } = withPolicy([down], { maxAttempts: 3 })
    await until(() => source.readyState === EventSource.CLOSED)
    expect(requests).toHaveLength(3)
    expect(errors.map(({ willReconnect }) => willReconnect)).toEqual([true, true, false])
    expect(errors.map(({ error }) => error.attempt)).toEqual([1, 2, 3])
  })

  it('begins to count again after a message', async () => {
    const { source, requests, errors } = withPolicy([down, ended, down, down], { maxAttempts: 2 })
    await until(() => source.readyState === EventSource.CLOSED)
    expect(requests).toHaveLength(4)
    expect(errors.map(({ error }) => error.attempt)).toEqual([1, 2, 1, 2])
  })

  it('of 1 lets a connection that brought a message come back', async () => {
    const { source, requests } = withPolicy([ended, down], { maxAttempts: 1 })
    await until(() => source.readyState === EventSource.CLOSED)
    expect(requests).toHaveLength(2)
  })

  it('a connection without a message does not begin it again, an open one for `resetAfter` does', async () => {
    const empty = withPolicy([() => finished(': nothing\nid: 1\n\n')], { maxAttempts: 2 })
    await until(() => empty.source.readyState === EventSource.CLOSED)
    expect(empty.requests).toHaveLength(2)

    const long = withPolicy([() => finished(), () => finished(), () => finished(), down], {
      maxAttempts: 1,
      resetAfter: 0,
    })
    await until(() => long.source.readyState === EventSource.CLOSED)
    expect(long.requests).toHaveLength(4)
  })
})

describe('functions of the attempt', () => {
  it('are told which it is, the id and the failure before it', async () => {
    const attempts: Attempt[] = []
    const { source, errors } = watch([down, () => finished('id: 7\ndata: 1\n\n'), down, good], {
      headers: (attempt) => {
        attempts.push(attempt)
        return {}
      },
      reconnect: { jitter: 0, factor: 1 },
    })
    await nextOpen(source)
    await nextOpen(source)
    expect(attempts.map(({ attempt, lastEventId }) => [attempt, lastEventId])).toEqual([
      [1, ''],
      [2, ''],
      [1, '7'],
      [2, '7'],
    ])
    expect(attempts.map(({ failure }) => failure)).toEqual([undefined, ...errors.map(({ error }) => error)])
    expect(attempts[1]?.failure).toBe(errors[0]?.error)
  })

  it('that throw fail the attempt: no request, and another attempt', async () => {
    const error = new Error('no token')
    const { source, requests, errors } = watch([good], {
      headers: ({ attempt }) => {
        if (attempt === 1) throw error
        return { Authorization: 'Bearer x' }
      },
    })
    await nextOpen(source)
    expect(errors[0]).toMatchObject({ willReconnect: true, status: undefined })
    expect(errors[0]?.error).toMatchObject({ reason: 'request', attempt: 1 })
    expect(errors[0]?.error.cause).toBe(error)
    expect(errors[0]?.message).toBe(`The event stream at ${NOWHERE} was not requested: the function "headers" failed`)
    expect(requests).toHaveLength(1)
  })

  it('refresh a token after a 401', async () => {
    const tokens = ['old', 'new']
    const { source, requests, errors } = watch([refused(401), good], {
      headers: async ({ failure }) => {
        if (failure?.status === 401) tokens.shift()
        return Promise.resolve({ Authorization: `Bearer ${tokens[0] ?? ''}` })
      },
      reconnect: { shouldReconnect: ({ status }) => status === 401 || undefined },
    })
    await nextOpen(source)
    expect(requests.map(({ headers }) => headers.Authorization)).toEqual(['Bearer old', 'Bearer new'])
    expect(errors).toHaveLength(1)
  })

  it('do not let out what a value among the options is, in their errors', async () => {
    const { source } = watch([good], {
      method: 'POST',
      headers: { Authorization: 'Bearer header-secret' },
      body: () => {
        throw new Error('cannot sign header-secret')
      },
    })
    const { error } = await nextError(source)
    expect(String(error.cause)).not.toContain('header-secret')
  })
})

describe('a connection that is not reestablished', () => {
  it.each([
    ['a POST that ends', { method: 'POST' }, ended],
    ['a POST that fails', { method: 'POST' }, down],
    ['a POST that is refused', { method: 'POST' }, refused(503)],
    ['`reconnect: false` and an end', { reconnect: false }, ended],
    ['`reconnect: false` and a failure', { reconnect: false }, down],
  ] as const)('%s: one request, one error, CLOSED', async (_, options, answer) => {
    const { source, requests, errors } = watch([answer], options)
    const { willReconnect, delay } = await nextError(source)
    expect({ willReconnect, delay }).toEqual({ willReconnect: false, delay: undefined })
    expect(source.readyState).toBe(EventSource.CLOSED)
    await new Promise((resolve) => setImmediate(resolve))
    expect(requests).toHaveLength(1)
    expect(errors).toHaveLength(1)
  })
})
