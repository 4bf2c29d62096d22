/** What the functions of the caller see of a connection, and what they can do to it. */

import { describe, expect, it, vi } from 'vitest'
import { type Attempt, EventSource, type ReconnectPolicy } from '../../../src/index.ts'
import { finished, nextOpen, until } from '../support/sources.ts'
import { type Answer, down, good, watch, type Watched } from '../support/watch.ts'

describe('functions of the attempt', () => {
  it('are told which it is, the id and the failure before it', async () => {
    const attempts: Attempt[] = []
    const { source, errors } = watch([down, () => finished('id: 7\ndata: 1\n\n'), down, good], {
      headers: (attempt) => {
        attempts.push(attempt)
        return {}
      },
      reconnectionTime: 0,
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
})

function withPolicy(answers: Answer[], reconnect: ReconnectPolicy): Watched {
  return watch(answers, { reconnectionTime: 0, reconnect: { jitter: 0, factor: 1, ...reconnect } })
}

describe('shouldReconnect', () => {
  it('may close the source: no event', async () => {
    const asked = vi.fn()
    const { source, errors }: Watched = withPolicy([down], {
      shouldReconnect: () => {
        asked()
        source.close()
        return true
      },
    })
    await until(() => asked.mock.calls.length > 0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(errors).toEqual([])
    expect(source.readyState).toBe(EventSource.CLOSED)
  })

  it('is not asked where nothing is reconnected: after close(), or with `reconnect: false`', async () => {
    const shouldReconnect = vi.fn(() => true)
    const { source } = withPolicy([good], { shouldReconnect })
    await nextOpen(source)
    source.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(shouldReconnect).not.toHaveBeenCalled()
  })
})
