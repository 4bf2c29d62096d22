/** `idleTimeout`: silence, sleep and waking, with simulated clocks. test/awake has real pages, test/runtimes real processes. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EventSource, streamEvents, type EventSourceInit } from '../../../src/index.ts'
import { onChannel } from '../support/channels.ts'
import { stubPage } from '../support/page.ts'
import { nextOpen, open, response, STUB_URL } from '../support/sources.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const AT = `The event stream at ${STUB_URL}`
const LIMIT = 30_000

/** A source of one connection that the test writes to, and its errors. */
async function idle(options: EventSourceInit = { idleTimeout: LIMIT }) {
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
  const cancel = vi.fn()
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(given) {
      controller = given
    },
    cancel,
  })
  let signal: AbortSignal | undefined
  const source = open(STUB_URL, {
    reconnect: false,
    ...options,
    fetch: (_, init) => {
      signal = init.signal
      return Promise.resolve(response(body))
    },
  })
  const errors: string[] = []
  source.onerror = ({ error }) => errors.push(`${error?.reason}: ${error?.message.replace(`${AT} `, '')}`)
  const opened = nextOpen(source)
  await vi.advanceTimersByTimeAsync(1)
  await opened
  const write = async (text: string): Promise<void> => {
    controller?.enqueue(new TextEncoder().encode(text))
    await vi.advanceTimersByTimeAsync(0)
  }
  return { source, errors, write, cancel, signal }
}

/** What happens while the device sleeps: the wall clock continues, and timers and the monotonic clock stop. */
function sleepDevice(ms: number): void {
  vi.setSystemTime(Date.now() + ms)
}

/** How long the process was stopped, in ms. */
let stopped = 0
beforeEach(() => {
  stopped = 0
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + stopped)
})

/** What happens while a process is stopped: all clocks continue, but no timer fires. */
function stopProcess(ms: number): void {
  sleepDevice(ms)
  stopped += ms
}

afterEach(() => {
  vi.restoreAllMocks()
})

const TIMED_OUT = [`timeout: sent nothing for ${LIMIT} ms`]

describe('silence', () => {
  it('ends the connection and cancels its body', async () => {
    const { source, errors, cancel, signal } = await idle()
    await vi.advanceTimersByTimeAsync(LIMIT - 2)
    expect(source.readyState).toBe(EventSource.OPEN)
    await vi.advanceTimersByTimeAsync(20)
    expect(errors).toEqual(TIMED_OUT)
    expect(signal?.aborted).toBe(true)
    expect(cancel).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is over with any byte', async () => {
    const { errors, write } = await idle()
    for (const text of [':\n', '\n', 'da', 'ta: x\n\n', '\n']) {
      await vi.advanceTimersByTimeAsync(LIMIT - 10)
      await write(text)
    }
    expect(errors).toEqual([])
    await vi.advanceTimersByTimeAsync(LIMIT + 10)
    expect(errors).toEqual(TIMED_OUT)
  })

  it('is not counted while the response is pending', async () => {
    const fetch = vi.fn(() => new Promise<Response>(() => undefined))
    const source = open(STUB_URL, { idleTimeout: LIMIT, fetch })
    await vi.advanceTimersByTimeAsync(10 * LIMIT)
    expect(source.readyState).toBe(EventSource.CONNECTING)
    expect(fetch).toHaveBeenCalledOnce()
  })

  it.each([
    [0, 0],
    [Infinity, 0],
    ['auto', 1],
  ] as const)('is not counted with %s, which sets %d timers', async (idleTimeout, timers) => {
    const { errors } = await idle({ idleTimeout })
    expect(vi.getTimerCount()).toBe(timers)
    await vi.advanceTimersByTimeAsync(100 * LIMIT)
    expect(errors).toEqual([])
  })

  it('is counted by timers even if a test replaces only those', async () => {
    for (const clocks of [[], ['Date']] as const) {
      vi.useRealTimers()
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', ...clocks] })
      const { errors } = await idle()
      await vi.advanceTimersByTimeAsync(LIMIT + 10)
      expect(errors).toEqual(TIMED_OUT)
    }
  })

  it('leaves no timer after close()', async () => {
    const { source } = await idle()
    // One for the end of the silence, and one that checks the clock.
    expect(vi.getTimerCount()).toBe(2)
    source.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('sleeping device', () => {
  it('loses the connection soon after waking, once data that arrived meanwhile had time to be delivered', async () => {
    const { errors } = await idle()
    await vi.advanceTimersByTimeAsync(1_000)
    sleepDevice(3_600_000)
    // The timer that checks every two seconds, and half a second for the data.
    await vi.advanceTimersByTimeAsync(1_400)
    expect(errors).toEqual([])
    await vi.advanceTimersByTimeAsync(150)
    expect(errors).toEqual(TIMED_OUT)
  })

  it('keeps a connection that sends something at once', async () => {
    const { errors, write } = await idle()
    sleepDevice(3_600_000)
    await vi.advanceTimersByTimeAsync(2_400)
    await write(':\n')
    await vi.advanceTimersByTimeAsync(LIMIT - 10)
    expect(errors).toEqual([])
    await vi.advanceTimersByTimeAsync(20)
    expect(errors).toEqual(TIMED_OUT)
  })

  it('that sleeps for less than the limit keeps the connection', async () => {
    const { errors } = await idle()
    sleepDevice(LIMIT / 2)
    await vi.advanceTimersByTimeAsync(LIMIT / 2 - 1_000)
    expect(errors).toEqual([])
    await vi.advanceTimersByTimeAsync(2_600)
    expect(errors).toEqual(TIMED_OUT)
  })

  it('is noticed by a loop too', async () => {
    const stream = streamEvents(STUB_URL, {
      idleTimeout: LIMIT,
      fetch: () => Promise.resolve(response(new ReadableStream())),
    })
    const next = expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ reason: 'timeout' })
    await vi.advanceTimersByTimeAsync(10)
    sleepDevice(3_600_000)
    await vi.advanceTimersByTimeAsync(2_510)
    await next
  })

  it('does not matter while a loop is busy', async () => {
    const stream = streamEvents(STUB_URL, {
      idleTimeout: LIMIT,
      fetch: () =>
        Promise.resolve(
          response(new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode('data: 1\n\n')) })),
        ),
    })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    sleepDevice(3_600_000)
    await vi.advanceTimersByTimeAsync(10_000)
    const next = expect(iterator.next()).rejects.toMatchObject({ reason: 'timeout' })
    await vi.advanceTimersByTimeAsync(LIMIT + 1_000)
    await next
  })
})

describe('clock', () => {
  it('set back changes nothing', async () => {
    const { errors } = await idle()
    sleepDevice(-86_400_000)
    await vi.advanceTimersByTimeAsync(LIMIT - 10)
    expect(errors).toEqual([])
    await vi.advanceTimersByTimeAsync(20)
    expect(errors).toEqual(TIMED_OUT)
  })

  it('corrected by some seconds, again and again, changes nothing', async () => {
    const { errors, write } = await idle()
    for (const correction of [9_000, -9_000, 9_900, -3_000, 9_000, 9_000]) {
      await write(':\n')
      await vi.advanceTimersByTimeAsync(LIMIT - 5_000)
      sleepDevice(correction)
      await vi.advanceTimersByTimeAsync(4_900)
    }
    expect(errors).toEqual([])
  })
})

describe('stopped process', () => {
  it('loses the connection right after it continues, once data that arrived meanwhile had time to be delivered', async () => {
    const { errors } = await idle()
    stopProcess(60_000)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(errors).toEqual([])
    await vi.advanceTimersByTimeAsync(510)
    expect(errors).toEqual(TIMED_OUT)
  })
})

describe('page', () => {
  it.each(['resume', 'pageshow', 'online'])('that slept judges the silence on "%s"', async (type) => {
    const page = stubPage()
    const { errors } = await idle()
    sleepDevice(3_600_000)
    page.fire(type)
    await vi.advanceTimersByTimeAsync(510)
    expect(errors).toEqual(TIMED_OUT)
    expect(page.listeners).toEqual([])
  })

  it('judges the silence when it is shown, not when it is hidden', async () => {
    const page = stubPage()
    const { errors } = await idle()
    stopProcess(60_000)
    page.setHidden(true)
    await vi.advanceTimersByTimeAsync(510)
    expect(errors).toEqual([])
    page.setHidden(false)
    await vi.advanceTimersByTimeAsync(510)
    expect(errors).toEqual(TIMED_OUT)
  })

  it('gives data that arrived meanwhile its time, even if several events report the waking', async () => {
    const page = stubPage()
    const { errors } = await idle({ idleTimeout: LIMIT, reconnect: false })
    sleepDevice(3_600_000)
    page.fire('resume')
    page.setHidden(false)
    page.fire('pageshow')
    await vi.advanceTimersByTimeAsync(480)
    expect(errors).toEqual([])
    await vi.advanceTimersByTimeAsync(50)
    expect(errors).toEqual(TIMED_OUT)
  })

  it('of Cordova judges the silence on the "resume" event of a script', async () => {
    const page = stubPage()
    const { errors } = await idle()
    sleepDevice(3_600_000)
    page.fire('resume', { isTrusted: false })
    await vi.advanceTimersByTimeAsync(510)
    expect(errors).toEqual(TIMED_OUT)
  })

  it('that wakes up early keeps the connection, however often', async () => {
    const page = stubPage()
    const { errors } = await idle()
    for (let i = 0; i < 20; i++) {
      page.fire('online')
      page.fire('resume')
      await vi.advanceTimersByTimeAsync(LIMIT / 20 - 10)
    }
    expect(errors).toEqual([])
    expect(vi.getTimerCount()).toBe(2)
  })

  it.each(['close', 'abort'] as const)('has no listener left after %s', async (how) => {
    const page = stubPage()
    const controller = new AbortController()
    const { source } = await idle({ idleTimeout: LIMIT, signal: controller.signal })
    expect(page.listeners).toEqual(['pagehide', 'resume', 'online', 'document visibilitychange', 'resume', 'pageshow'])
    if (how === 'close') source.close()
    else controller.abort()
    expect(page.listeners).toEqual([])
  })

  it('has no listener left when the stream has ended', async () => {
    const page = stubPage()
    const source = open(STUB_URL, {
      idleTimeout: LIMIT,
      reconnect: false,
      fetch: () => Promise.resolve(response('data: 1\n\n')),
    })
    await vi.advanceTimersByTimeAsync(10)
    expect(source.readyState).toBe(EventSource.CLOSED)
    expect([page.listeners, vi.getTimerCount()]).toEqual([[], 0])
  })

  it('has no listener for it without the option', async () => {
    const page = stubPage()
    await idle({})
    expect(page.listeners).toEqual(['pagehide', 'resume'])
  })
})

describe('idleTimeout "auto"', () => {
  /** Has received a comment every 15 s, and so learned that. */
  async function learned() {
    const idling = await idle({ idleTimeout: 'auto' })
    for (let i = 0; i < 6; i++) {
      await vi.advanceTimersByTimeAsync(15_000)
      await idling.write(':\n\n')
    }
    return idling
  }

  it('counts silence once it has learned the interval of the keep-alives', async () => {
    const { errors } = await learned()
    await vi.advanceTimersByTimeAsync(44_900)
    expect(errors).toEqual([])
    await vi.advanceTimersByTimeAsync(200)
    expect(errors).toEqual(['timeout: sent nothing for 45000 ms'])
  })

  it('loses the connection soon after a sleep that was longer than the limit', async () => {
    const { errors } = await learned()
    sleepDevice(60_000)
    await vi.advanceTimersByTimeAsync(2_510)
    expect(errors).toEqual(['timeout: sent nothing for 45000 ms'])
  })

  it('learns nothing from a sleep', async () => {
    const { errors, write } = await learned()
    stopProcess(40_000)
    await write(':\n\n')
    await vi.advanceTimersByTimeAsync(15_000)
    await write(':\n\n')
    await vi.advanceTimersByTimeAsync(45_100)
    expect(errors).toEqual(['timeout: sent nothing for 45000 ms'])
  })

  it('learns nothing from a sleep whose data is delivered late', async () => {
    const { errors, write } = await learned()
    stopProcess(3_600_000)
    await vi.advanceTimersByTimeAsync(2_200)
    await write(':\n\n')
    expect(errors).toEqual([])
    await vi.advanceTimersByTimeAsync(45_100)
    expect(errors).toEqual(['timeout: sent nothing for 45000 ms'])
  })

  it('learns nothing from a sleep before it has learned the interval', async () => {
    const { errors, write } = await idle({ idleTimeout: 'auto' })
    for (let i = 0; i < 20; i++) {
      if (i === 3) sleepDevice(3_600_000)
      await vi.advanceTimersByTimeAsync(30_000)
      await write('data: ping\n\n')
    }
    await vi.advanceTimersByTimeAsync(120_100)
    expect(errors).toEqual(['timeout: sent nothing for 120000 ms'])
  })

  it('keeps the interval if a busy program delays a comment', async () => {
    const { errors, write } = await learned()
    // The late timer runs before the read.
    stopProcess(20_000)
    await vi.advanceTimersByTimeAsync(2_000)
    await write(':\n\n')
    await vi.advanceTimersByTimeAsync(8_000)
    await write(':\n\n')
    await vi.advanceTimersByTimeAsync(45_100)
    expect(errors).toEqual(['timeout: sent nothing for 45000 ms'])
  })

  it('learns nothing from the pauses of a slow listener', async () => {
    const idling = await idle({ idleTimeout: 'auto' })
    idling.source.onmessage = () => {
      stopProcess(15_000)
    }
    for (let i = 0; i < 20; i++) {
      await vi.advanceTimersByTimeAsync(10 + i)
      await idling.write('data: 1\n\n')
    }
    await vi.advanceTimersByTimeAsync(1_000_000)
    expect(idling.errors).toEqual([])
  })

  it('is published and shown by console.log', async () => {
    const { inspect } = await import('node:util')
    const published = vi.fn()
    onChannel('keep-alive', published)
    const { source } = await learned()
    expect(published.mock.calls).toEqual([[{ source, interval: 15_000, idleTimeout: 45_000 }]])
    expect(inspect(source)).toContain('idleTimeout: 45000,\n  keepAliveInterval: 15000')
    expect(inspect(open(STUB_URL, { idleTimeout: 'auto' }))).toContain("idleTimeout: 'auto'")
    expect(inspect(open(STUB_URL))).not.toContain('idleTimeout')
    const stream = streamEvents(STUB_URL, { idleTimeout: 'auto' })
    expect(inspect(stream)).toContain("idleTimeout: 'auto'")
    stream.close()
  })

  it('is kept when the source reconnects', async () => {
    let body: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
    const fetch = vi.fn(() =>
      Promise.resolve(
        response(
          new ReadableStream<Uint8Array<ArrayBuffer>>({
            start: (controller) => {
              body = controller
            },
          }),
        ),
      ),
    )
    open(STUB_URL, { idleTimeout: 'auto', fetch })
    for (let i = 0; i < 7; i++) {
      await vi.advanceTimersByTimeAsync(15_000)
      body?.enqueue(new TextEncoder().encode(':\n\n'))
    }
    await vi.advanceTimersByTimeAsync(1)
    body?.close()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(fetch).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(45_000)
    expect(fetch).toHaveBeenCalledTimes(3)
  })
})
