/** Unexpected exceptions within a connection: each fails the connection and is reported. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BodyReader } from '../../../src/connection/exchange.ts'
import { acquireReader } from '../../../src/connection/response.ts'
import { ConnectionError, EventSource, type EventSourceInit } from '../../../src/index.ts'
import { connect, closingBody, type Observed, type Open, opened, openBody } from '../support/connections.ts'
import { openResponse, STUB_URL, response, until } from '../support/sources.ts'
import { all, rejection, request, settled, source, unhandledRejections } from '../support/streams.ts'
import { type Answer, down, ended, good, watch } from '../support/watch.ts'

const BROKEN = new Error('broken')

function broken(): never {
  throw BROKEN
}

function rejected(): Promise<never> {
  return Promise.reject(BROKEN)
}

/** A body with one field of each kind. */
const EVERYTHING = ':one\ndata: 1\n\nid: 7\n\n'
const OPTIONS: EventSourceInit = { reconnectionTime: 0, reconnect: { shouldReconnect: () => true }, onComment: broken }

/** The shortest delay, without jitter. */
const NO_JITTER: EventSourceInit = { reconnectionTime: 0, reconnect: { jitter: 0 } }

/** A reader with this `read` method. */
function reading(read: () => unknown): Open {
  return () => Promise.resolve(opened({ read } as BodyReader))
}

/** Bytes whose length cannot be read. */
class BrokenBytes extends Uint8Array {
  override get byteLength(): number {
    return broken()
  }
}

let unhandled: unknown[]
beforeEach(() => {
  unhandled = unhandledRejections()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** Waits until a connection is closed by exactly one unexpected failure. */
async function hasFailed({ connection, calls, errors, requests }: Observed): Promise<void> {
  await until(() => connection.phase === 'closed')
  await settled()
  expect(calls.filter((call) => call.startsWith('failed'))).toEqual(['failed unsupported'])
  expect(calls.at(-1)).toBe('failed unsupported')
  const error = errors.at(-1)
  expect(error).toBeInstanceOf(ConnectionError)
  expect(error?.message).toBe(`The event stream at ${STUB_URL} failed unexpectedly`)
  expect(error?.cause).toBeInstanceOf(Error)
  expect(unhandled).toEqual([])
  const count = requests.length
  await settled()
  expect(requests).toHaveLength(count)
}

describe('connection fails unexpectedly', () => {
  it.each<[step: string, attempts: Open[]]>([
    ['an attempt throws', [broken]],
    ['an attempt rejects with an error of another class', [rejected]],
    ['an attempt rejects with undefined', [() => Promise.reject()]],
    ['an attempt resolves with undefined', [() => Promise.resolve(undefined as never)]],
    ['read() throws', [reading(broken)]],
    ['read() does not return a promise', [reading(() => undefined)]],
    ['read() resolves with undefined', [reading(() => Promise.resolve())]],
    ['a chunk is broken', [reading(() => Promise.resolve({ done: false, value: new BrokenBytes(1) }))]],
    ['a later attempt throws', [closingBody('data: 1\n\n'), broken]],
  ])('if %s', async (_, attempts) => {
    const observed = connect(attempts, OPTIONS)
    await until(() => observed.connection.phase === 'closed')
    // Some of them cause no exception.
    expect(observed.errors.at(-1)?.message).toContain('failed unexpectedly')
    expect(observed.calls.at(-1)).toBe('failed unsupported')
    expect(observed.requests.at(-1)?.signal.aborted).toBe(true)
    await settled()
    expect(unhandled).toEqual([])
  })

  it.each([
    ['lastEventId', 'throws', broken],
    ['open', 'throws', broken],
    ['message', 'throws', broken],
    ['id', 'throws', broken],
    ['comment', 'throws', broken],
    ['backpressure', 'throws', broken],
    ['backpressure', 'rejects', rejected],
    ['deciding', 'throws', broken],
    ['deciding', 'rejects', rejected],
    ['lost', 'throws', broken],
    ['lost', 'rejects', rejected],
  ])('if %s of its sink %s', async (method, _, fail) => {
    const observed = connect([closingBody(EVERYTHING), openBody()], OPTIONS, { [method]: fail })
    await hasFailed(observed)
    expect(observed.errors.at(-1)?.cause).toMatchObject({ message: BROKEN.message })
  })

  it('and aborts its request', async () => {
    const { stream, canceled } = source('data: 1\n\n')
    const open: Open = ({ signal }) => Promise.resolve(opened(acquireReader(stream, signal)))
    const observed = connect([open], OPTIONS, { message: broken })
    await hasFailed(observed)
    expect(observed.requests[0]?.signal.aborted).toBe(true)
    expect(canceled).toHaveBeenCalledOnce()
  })

  it('and delivers nothing else from the chunk', async () => {
    const observed = connect([closingBody('data: 1\n\ndata: 2\n\nid: 7\n\n')], OPTIONS, { message: broken })
    await hasFailed(observed)
    expect(observed.calls).toEqual(['open', 'message 1', 'failed unsupported'])
  })

  it('an unexpected failure does not call shouldReconnect', async () => {
    const shouldReconnect = vi.fn(() => true)
    await hasFailed(connect([broken], { reconnect: { shouldReconnect } }))
    expect(shouldReconnect).not.toHaveBeenCalled()
  })
})

describe('failing failed() of a sink', () => {
  it.each([
    ['throws', broken],
    ['rejects', rejected],
  ])('has its error reported, and the connection closes: it %s', async (_, fail) => {
    const reported: unknown[] = []
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
    for (const attempts of [[closingBody()], [broken]]) {
      reported.length = 0
      const { connection, calls } = connect(attempts, { reconnect: false }, { failed: fail })
      await until(() => connection.phase === 'closed')
      await settled()
      expect(reported).toEqual([BROKEN])
      expect(calls.filter((call) => call.startsWith('failed'))).toHaveLength(1)
    }
    expect(unhandled).toEqual([])
  })
})

it('an error in demand() counts as an error of the body', async () => {
  for (const demand of [broken, rejected]) {
    const { errors, calls } = connect([openBody()], { reconnect: false, idleTimeout: 1 }, { demand })
    await until(() => errors.length > 0)
    expect(calls).toEqual(['open', 'demand', 'failed network'])
    expect(errors[0]?.cause).toMatchObject({ message: BROKEN.message })
  }
  expect(unhandled).toEqual([])
})

describe('failing runtime', () => {
  const spy = (owner: object, method: string) => () =>
    void vi.spyOn(owner as Record<string, () => unknown>, method).mockImplementation(broken)
  const stub = (name: string) => () => void vi.stubGlobal(name, broken)

  it.each<
    [what: string, breaks: () => void, answers: Answer[], options: EventSourceInit, delays: (number | undefined)[]]
  >([
    ['Math.random throws after a network failure', spy(Math, 'random'), [down], {}, [undefined]],
    ['Math.random throws after the end of a body', spy(Math, 'random'), [ended], {}, [undefined]],
    ['setTimeout throws for the delay', stub('setTimeout'), [down], NO_JITTER, [100, undefined]],
    ['setTimeout throws for connectTimeout', stub('setTimeout'), [good], { connectTimeout: 1_000 }, [undefined]],
    [
      'setTimeout throws for idleTimeout',
      stub('setTimeout'),
      [good],
      { idleTimeout: 1_000, ...NO_JITTER },
      [100, undefined],
    ],
  ])('causes an error event with the cause and closes the source: %s', async (_, breaks, answers, options, delays) => {
    breaks()
    const { source, errors, requests } = watch(answers, { reconnectionTime: 0, ...options })
    await until(() => source.readyState === EventSource.CLOSED)
    await settled()
    expect(errors.map(({ delay }) => delay)).toEqual(delays)
    expect(errors.at(-1)?.error).toMatchObject({ reason: 'unsupported', cause: { message: BROKEN.message } })
    expect(errors.at(-1)?.message).toBe(`The event stream at ${STUB_URL} failed unexpectedly`)
    expect(requests.map(({ signal }) => signal.aborted)).toEqual([answers[0] !== ended])
    expect(unhandled).toEqual([])
  })

  it('causes an error event and closes the source: AbortController throws for the second attempt', async () => {
    const { source: losing, errors, requests } = watch([down], NO_JITTER)
    losing.addEventListener('error', stub('AbortController'), { once: true })
    await until(() => losing.readyState === EventSource.CLOSED)
    expect(errors.map(({ error }) => error.reason)).toEqual(['network', 'unsupported'])
    expect(requests).toHaveLength(1)
    expect(unhandled).toEqual([])
  })

  it('causes an error event and closes the source: Math.random throws when an open connection is lost', async () => {
    const { stream, end } = source()
    const { source: opening, errors } = watch([() => response(stream)])
    await until(() => opening.readyState === EventSource.OPEN)
    spy(Math, 'random')()
    end()
    await until(() => opening.readyState === EventSource.CLOSED)
    await settled()
    expect(errors.map(({ error }) => error.reason)).toEqual(['unsupported'])
    expect(unhandled).toEqual([])
  })

  it.each([
    ['performance.now', spy(performance, 'now')],
    ['addEventListener of the global object', stubOnline],
  ])('does not keep a source from reconnecting: %s throws', async (_, breaks) => {
    breaks()
    const { source: losing, errors } = watch([down, good], NO_JITTER)
    await until(() => losing.readyState === EventSource.OPEN)
    expect(errors.map(({ error }) => error.reason)).toEqual(['network'])
    expect(unhandled).toEqual([])
  })

  it('causes an error event and closes the source: AbortController throws for reconnect()', async () => {
    const { source: opening, errors, requests } = watch([good])
    await until(() => opening.readyState === EventSource.OPEN)
    stub('AbortController')()
    opening.reconnect()
    expect(requests[0]?.signal.aborted).toBe(true)
    await until(() => opening.readyState === EventSource.CLOSED)
    expect(errors.map(({ error }) => error.reason)).toEqual(['unsupported'])
    expect(unhandled).toEqual([])
  })

  it.each([
    ['Math.random', spy(Math, 'random')],
    ['setTimeout', stub('setTimeout')],
  ])('makes a loop throw a ConnectionError: %s throws', async (_, breaks) => {
    breaks()
    const { stream } = request([down], { reconnect: true })
    const error = await rejection(all(stream))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ reason: 'unsupported', cause: { message: BROKEN.message } })
    expect(unhandled).toEqual([])
  })

  /** A browser worker whose addEventListener throws. */
  function stubOnline(): void {
    vi.stubGlobal('importScripts', () => undefined)
    vi.stubGlobal('navigator', { onLine: true })
    stub('addEventListener')()
  }
})

describe('failure after close() is ignored', () => {
  /** A promise that the test rejects. */
  function pending(): { promise: Promise<never>; fail: () => void } {
    let fail!: () => void
    const promise = new Promise<never>((_, reject) => {
      fail = () => {
        reject(BROKEN)
      }
    })
    return { promise, fail }
  }

  it.each([
    ['of an attempt', 'open()'],
    ['of read()', 'read()'],
    ['of backpressure()', 'backpressure'],
    ['of deciding()', 'deciding'],
    ['of lost()', 'lost'],
    ['of failed()', 'failed'],
  ])('%s', async (_, step) => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { promise, fail } = pending()
    const hangs = vi.fn(() => promise)
    const open = step === 'open()' ? hangs : step === 'read()' ? reading(hangs) : closingBody('data: 1\n\n')
    const reconnect = step !== 'failed' && { shouldReconnect: () => true }
    const { connection, calls } = connect([open], { reconnect }, { [step]: hangs })
    await until(() => hangs.mock.calls.length > 0)
    connection.close()
    const before = [...calls]
    fail()
    await settled()
    expect(calls).toEqual(before)
    expect(connection.phase).toBe('closed')
    expect(reported).not.toHaveBeenCalled()
    expect(unhandled).toEqual([])
  })

  it('a fetch that fails after close() is ignored', async () => {
    const { promise, fail } = pending()
    const { source: closing, events } = watch([() => promise])
    closing.close()
    fail()
    await settled()
    expect(events).toEqual([])
    expect(unhandled).toEqual([])
  })

  it('a body that fails after close() is ignored', async () => {
    const { source: closing, events } = watch([() => openResponse('data: 1\n\n')])
    await until(() => events.includes('1'))
    closing.close()
    await settled()
    expect(events).toEqual(['open', '1'])
    expect(unhandled).toEqual([])
  })
})
