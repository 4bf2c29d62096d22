/** `EventSource.fromReadableStream(stream)`: whatwg/html pull request 12272, facts 28 to 31. */

import { setImmediate as aTask } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EventSource, type SourceMessageEvent } from '../../../src/index.ts'
import { openResponse, nextError, nextMessage, nextOpen, until } from '../support/sources.ts'
import { settled, source, streamOf, unhandledRejections } from '../support/streams.ts'

const { CONNECTING, OPEN, CLOSED } = EventSource

/** A source with a stream, and its events with their states and IDs. Closed after the test. */
function from(stream: ReadableStream<Uint8Array>) {
  const made = EventSource.fromReadableStream(stream)
  onTestFinished(() => {
    made.close()
  })
  const events: string[] = []
  const states: number[] = []
  const ids: string[] = []
  for (const type of ['open', 'message', 'error']) {
    made.addEventListener(type, (event: Event) => {
      events.push(type === 'message' ? (event as SourceMessageEvent).data : type)
      states.push(made.readyState)
      ids.push(made.lastEventId)
    })
  }
  return { source: made, events, states, ids }
}

/** A writable side to pipe bodies into, and the source of its events. */
function pipe() {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>()
  const add = (...chunks: (string | Uint8Array<ArrayBuffer>)[]) =>
    streamOf(...chunks).pipeTo(writable, { preventClose: true })
  return { ...from(readable), writable, add }
}

describe('source with a stream', () => {
  it('throws a TypeError for the response of its open event', async () => {
    const event = await nextOpen(from(source().stream).source)
    expect(() => event.response).toThrow(TypeError)
  })

  it('fires nothing synchronously', async () => {
    const { source: made, events } = from(streamOf('data: 1\n\n'))
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    expect(events).toEqual([])
    expect(made.readyState).toBe(CONNECTING)
    await nextError(made)
    expect(events).toEqual(['open', '1', 'error'])
  })

  it('opens even if the stream yields nothing', async () => {
    const { source: made, states } = from(source().stream)
    await nextOpen(made)
    expect(states).toEqual([OPEN])
  })

  it('fires each message in its own task', async () => {
    const { source: made } = from(streamOf('data: 1\n\ndata: 2\n\ndata: 3\n\n'))
    const seen: string[] = []
    for (let n = 0; n < 3; n++) seen.push((await nextMessage(made)).data)
    expect(seen).toEqual(['1', '2', '3'])
  })

  it('fires events of other types', async () => {
    const { source: made } = from(streamOf('event: ping\ndata: 1\n\nevent: open\ndata: 2\n\nevent: error\ndata: 3\n\n'))
    const types: string[] = []
    made.addEventListener('ping', ({ data }) => types.push(`ping ${data}`))
    made.addEventListener('open', (event) => types.push(`open ${String((event as unknown as MessageEvent).data)}`))
    await new Promise<void>((ended) => {
      made.addEventListener('error', (event) => {
        types.push(`error ${String((event as unknown as MessageEvent).data)}`)
        if (made.readyState === CLOSED) ended()
      })
    })
    expect(types).toEqual(['open undefined', 'ping 1', 'open 2', 'error 3', 'error undefined'])
  })
})

describe('fromReadableStream throws a TypeError for', () => {
  const locked = source().stream
  locked.getReader()

  it.each([
    ['a locked stream', locked, 'is locked'],
    ['a Response', openResponse(), 'Expected a ReadableStream of bytes, got an object'],
    ['nothing', undefined, 'got undefined'],
    ['null', null, 'got null'],
    ['a URL, without showing its secrets', 'http://a.test/', 'got a string'],
  ])('%s', (_, given, message) => {
    const make = () => EventSource.fromReadableStream(given as ReadableStream<Uint8Array>)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})

describe('end of the stream', () => {
  it.each([
    [
      'by closing',
      'ended',
      (body: ReturnType<typeof source>) => {
        body.end()
      },
    ],
    [
      'with an error',
      'network',
      (body: ReturnType<typeof source>) => {
        body.fail(new Error('reset'))
      },
    ],
    [
      'with a chunk that is not bytes',
      'unsupported',
      (body: ReturnType<typeof source>) => {
        body.pushChunk('text')
      },
    ],
  ])('%s fires complete messages, then one error with CLOSED, and never reconnects', async (_, reason, end) => {
    const body = source('retry: 0\ndata: 1\n\ndata: 2\n\nid: 3\ndata: 3\n')
    const { source: made, events, states } = from(body.stream)
    let error: Event | undefined
    made.onerror = (event) => {
      error = event
    }
    await nextOpen(made)
    await settled()
    end(body)
    await until(() => made.readyState === CLOSED)
    await settled()
    expect(events).toEqual(['open', '1', '2', 'error'])
    expect(states.at(-1)).toBe(CLOSED)
    expect(error).toMatchObject({ willReconnect: false, delay: undefined, error: { reason } })
    expect(made.lastEventId).toBe('')
  })

  it('a stream that ends before the source exists fires open and error', async () => {
    const failed = source()
    failed.fail(new Error('reset'))
    for (const stream of [streamOf(), failed.stream]) {
      const { source: made, events } = from(stream)
      await nextError(made)
      expect(events).toEqual(['open', 'error'])
    }
  })

  it('fires its error after messages that wait for slow tasks', async () => {
    const body = source(Array.from({ length: 100 }, (_, n) => `data: ${n}\n\n`).join(''))
    const { source: made, events } = from(body.stream)
    await nextMessage(made)
    body.fail(new Error('reset'))
    await nextError(made)
    expect(events).toEqual(['open', ...Array.from({ length: 100 }, (_, n) => String(n)), 'error'])
  })
})

describe('close()', () => {
  it.each(['open', 'message'])(
    'close() in a listener for %s cancels the stream, and nothing else fires',
    async (type) => {
      const { stream, canceled } = source('data: 1\n\ndata: 2\n\n')
      const { source: made, events } = from(stream)
      made.addEventListener(type, () => {
        made.close()
      })
      await until(() => made.readyState === CLOSED)
      await settled()
      expect(canceled).toHaveBeenCalledOnce()
      expect(events).toEqual(type === 'open' ? ['open'] : ['open', '1'])
    },
  )

  it('ignores the error of a stream that cannot be canceled', async () => {
    const unhandled = unhandledRejections()
    const { source: made } = from(new ReadableStream({ cancel: () => Promise.reject(new Error('no')) }))
    made.close()
    await settled()
    expect(unhandled).toEqual([])
  })

  it('errors the writable side of a pipe', async () => {
    const { source: made, writable } = pipe()
    await nextOpen(made)
    made.close()
    await settled()
    await expect(streamOf('data: 1\n\n').pipeTo(writable)).rejects.toBeUndefined()
  })
})

describe('lastEventId and reconnectionTime', () => {
  it('after pipeTo() the ID is that of the last event read, as soon as it resolves', async () => {
    const { source: made, add, events } = pipe()
    await add('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n')
    expect(made.lastEventId).toBe('2')
    await add('id: 3\n\n')
    expect(made.lastEventId).toBe('3')
    await add('id: 4\ndata: unfinished\n')
    expect(made.lastEventId).toBe('3')
    await settled()
    expect(events).toEqual(['open', '1', '2'])
  })

  it('the same holds after pipeTo() of many chunks and messages', async () => {
    const { source: made, add } = pipe()
    await add(...Array.from({ length: 500 }, (_, n) => `id: ${n}\ndata: ${'x'.repeat(1_000)}\n\n`))
    expect(made.lastEventId).toBe('499')
  })

  it('after close() the ID is that of the last message that fired', async () => {
    const { source: made } = from(streamOf('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n'))
    made.onmessage = () => {
      made.close()
    }
    await until(() => made.readyState === CLOSED)
    await settled()
    expect(made.lastEventId).toBe('1')
  })
})

describe('several bodies', () => {
  it('may each be one large chunk, and reset() comes after all of it', async () => {
    const { source: made, add, events } = pipe()
    await nextOpen(made)
    const data = '1'.repeat(1_000)
    await add(`${`data: ${data}\n\n`.repeat(1_000)}id: last\n\ndata: unfinished`)
    expect(made.lastEventId).toBe('last')
    made.reset()
    await add('\uFEFFdata: 2\n\n')
    await until(() => events.includes('2'))
    expect(events).toEqual(['open', ...Array<string>(1_000).fill(data), '2'])
  })

  it('bodies without a reset() in between are one stream, so the second one continues the event of the first', async () => {
    const { source: made, add, events } = pipe()
    await add('id: 1\ndata: a\n')
    await add('data: b\n\n')
    await nextMessage(made)
    expect(events).toEqual(['open', 'a\nb'])
    expect(made.lastEventId).toBe('1')
  })
})

describe('reset()', () => {
  it('works in a listener for a single message', async () => {
    const { source: made, add, events } = pipe()
    made.onmessage = () => {
      made.reset()
    }
    await nextOpen(made)
    await aTask()
    await add('id: 1\ndata: a\n\nid: 2\ndata: unfinished\n')
    await add('data: b\n\n')
    await settled()
    expect(events).toEqual(['open', 'a', 'b'])
    expect(made.lastEventId).toBe('1')
  })

  it('has no effect before open, in open, after the end and after close()', async () => {
    const { source: made, events } = from(streamOf('data: 1\n\n'))
    made.reset()
    made.onopen = () => {
      made.reset()
    }
    await nextError(made)
    made.reset()
    expect(events).toEqual(['open', '1', 'error'])
    made.close()
    made.reset()
    expect(made.readyState).toBe(CLOSED)
  })

  it('fires nothing', async () => {
    const { source: made, events, add } = pipe()
    await add('data: a\n')
    made.reset()
    await settled()
    expect(events).toEqual(['open'])
    expect(made.readyState).toBe(OPEN)
  })
})

describe('explicit resource management', () => {
  it('closes the source at the end of a using block', async () => {
    const { stream, canceled } = source()
    {
      using made = EventSource.fromReadableStream(stream)
      expect(made.readyState).toBe(CONNECTING)
    }
    await settled()
    expect(canceled).toHaveBeenCalledOnce()
  })
})
