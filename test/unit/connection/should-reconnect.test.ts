/** The policy at work: what `shouldReconnect` and Retry-After decide, and what the events say of it. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { type ConnectionError, EventSource, type ReconnectPolicy } from '../../../src/index.ts'
import { finished, nextError, nextOpen, until } from '../support/sources.ts'
import { type Answer, down, ended, good, refused, watch, type Watched } from '../support/watch.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

function withPolicy(answers: Answer[], reconnect: ReconnectPolicy): Watched {
  return watch(answers, { reconnectionTime: 0, reconnect: { jitter: 0, factor: 1, ...reconnect } })
}

describe('shouldReconnect', () => {
  it('is asked once the messages before the end have been delivered', async () => {
    const log: string[] = []
    const { source } = withPolicy([() => finished('data: 1\n\ndata: 2\n\nevent: x\ndata: 3\n\n: c\n'), good], {
      shouldReconnect: ({ reason }) => {
        log.push(reason)
        return undefined
      },
    })
    source.onmessage = (event) => log.push(event.data)
    source.addEventListener('x', (event) => log.push(event.data))
    source.onerror = () => log.push('error')
    await nextError(source)
    expect(log).toEqual(['1', '2', '3', 'ended', 'error'])
  })

  it('is asked after failures of every kind, with the error that the event then carries', async () => {
    const asked: ConnectionError[] = []
    const { source, errors } = withPolicy([down, ended, refused(503), () => new Response(''), refused(404)], {
      shouldReconnect: (failure) => {
        asked.push(failure)
        return failure.status === 404 ? undefined : true
      },
    })
    await until(() => source.readyState === EventSource.CLOSED)
    expect(asked.map(({ reason }) => reason)).toEqual(['network', 'ended', 'status', 'content-type', 'status'])
    expect(errors.map(({ error }) => error)).toEqual(asked)
    expect(errors.map(({ error }, i) => error === asked[i])).toEqual([true, true, true, true, true])
    expect(asked[2]?.body).toBe('{"error":"no"}')
  })

  it('changes state and fires together, once it has answered', async () => {
    let answer: ((answer: boolean) => void) | undefined
    const { source, errors } = withPolicy([ended], {
      shouldReconnect: () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    })
    await until(() => answer !== undefined)
    expect(source.readyState).toBe(EventSource.OPEN)
    expect(errors).toEqual([])
    const states: number[] = []
    source.onerror = () => states.push(source.readyState)
    answer?.(false)
    await nextError(source)
    expect(states).toEqual([EventSource.CLOSED])
  })

  it.each<[string, boolean | number | undefined, Answer, number | undefined]>([
    ['true', true, refused(503), 100],
    ['false', false, down, undefined],
    ['a number of ms', 123, refused(503), 123],
    ['0, which is 100', 0, down, 100],
    ['nothing, after a network failure', undefined, down, 100],
    ['nothing, after a refusal', undefined, refused(503), undefined],
  ])('may answer %s', async (_, answer, first, delay) => {
    for (const shouldReconnect of [() => answer, () => Promise.resolve(answer)]) {
      const { source, errors, requests } = withPolicy([first, good], { shouldReconnect })
      await nextError(source)
      expect(errors[0]).toMatchObject({ willReconnect: delay !== undefined, delay })
      expect(source.readyState).toBe(delay === undefined ? EventSource.CLOSED : EventSource.CONNECTING)
      if (delay !== undefined) await nextOpen(source)
      expect(requests).toHaveLength(delay === undefined ? 1 : 2)
    }
  })

  const error = new Error('of the caller')
  it.each([
    [
      'throws',
      () => {
        throw error
      },
    ],
    ['rejects', () => Promise.reject(error)],
  ])('that %s means no, with its error as the cause', async (_, shouldReconnect) => {
    const { source } = withPolicy([down], { shouldReconnect })
    const event = await nextError(source)
    expect(event).toMatchObject({ willReconnect: false, delay: undefined })
    expect(event.error.reason).toBe('network')
    expect(event.error.cause).toBe(error)
    expect(source.readyState).toBe(EventSource.CLOSED)
  })

  it('that answers nonsense means no, with a TypeError as the cause', async () => {
    const { source } = withPolicy([down], { shouldReconnect: () => 'yes' as unknown as boolean })
    const { error } = await nextError(source)
    expect(error.cause).toBeInstanceOf(TypeError)
    expect(String(error.cause)).toContain('"shouldReconnect" must return ')
    expect(source.readyState).toBe(EventSource.CLOSED)
  })

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

describe('Retry-After', () => {
  const shouldReconnect = (): boolean => true

  it.each([
    ['120', {}, 30_000],
    ['1', {}, 1_000],
    ['120', { maxDelay: 200_000 }, 120_000],
    ['0', {}, 100],
    ['soon', {}, 100],
  ])('of %s with %j is a delay of %d ms', async (value, policy, delay) => {
    const answers = [refused(503, { 'Retry-After': value })]
    const { source } = withPolicy(answers, { shouldReconnect, ...policy })
    const event = await nextError(source)
    expect(event.delay).toBe(delay)
    source.close()
  })

  it('as a date counts from now', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 0, 1, 12, 0, 0))
    const answers = [refused(429, { 'Retry-After': 'Thu, 01 Jan 2026 12:00:07 GMT' })]
    const { source } = withPolicy(answers, { shouldReconnect })
    const event = await nextError(source)
    expect(event).toMatchObject({ delay: 7_000, status: 429, code: 429 })
    expect(event.error.retryAfter).toBe(7_000)
  })

  it('is told also where there will be no reconnection', async () => {
    const { error, willReconnect } = await nextError(watch([refused(503, { 'Retry-After': '5' })]).source)
    expect(error.retryAfter).toBe(5_000)
    expect(willReconnect).toBe(false)
  })
})
