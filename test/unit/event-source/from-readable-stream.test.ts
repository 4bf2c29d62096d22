/** `EventSource.fromReadableStream(stream)`: whatwg/html pull request 12272, facts 28 to 31. */

import { setImmediate as aTask } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ErrorEvent, EventSource, type SourceMessageEvent } from '../../../src/index.ts'
import { lasting, nextError, nextMessage, nextOpen, open, response, until } from '../support/sources.ts'
import { bytes, rest, source, streamOf, unhandledRejections } from '../support/streams.ts'
import { pending } from '../support/watch.ts'

const { CONNECTING, OPEN, CLOSED } = EventSource
const BOM = '\uFEFF'

/** A source of a stream, what it fires, and the states and IDs at that time. It is closed when the test has finished. */
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

/** The side that bodies are piped into, and the source of what comes out. */
function pipe() {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>()
  const add = (...chunks: (string | Uint8Array<ArrayBuffer>)[]) =>
    streamOf(...chunks).pipeTo(writable, { preventClose: true })
  return { ...from(readable), writable, add }
}

describe('a source made of a stream', () => {
  it('is CONNECTING at once, then OPEN with an open event, then brings the messages', async () => {
    const { source: made, events, states } = from(streamOf('data: 1\n\ndata: 2\n\n'))
    expect(made.readyState).toBe(CONNECTING)
    await nextError(made)
    expect(events).toEqual(['open', '1', '2', 'error'])
    expect(states).toEqual([OPEN, OPEN, OPEN, CLOSED])
  })

  it('fires nothing before the caller’s code has finished', async () => {
    const { source: made, events } = from(streamOf('data: 1\n\n'))
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    expect(events).toEqual([])
    expect(made.readyState).toBe(CONNECTING)
    await nextError(made)
    expect(events).toEqual(['open', '1', 'error'])
  })

  it('opens where the stream brings nothing', async () => {
    const { source: made, states } = from(source().stream)
    await nextOpen(made)
    expect(states).toEqual([OPEN])
  })

  it('has the URL about:event-stream, no credentials, and the origin "null"', async () => {
    const { source: made } = from(streamOf('data: 1\n\n'))
    expect([made.url, made.withCredentials]).toEqual(['about:event-stream', false])
    const message = await nextMessage(made)
    expect(message.origin).toBe('null')
    expect(message).toBeInstanceOf(MessageEvent)
    expect(made.url).toBe('about:event-stream')
  })

  it('is an EventSource, also where a subclass makes it', () => {
    class Sub extends EventSource {}
    const { stream } = source()
    const made = Sub.fromReadableStream(stream)
    expect(made).toBeInstanceOf(EventSource)
    expect(made).not.toBeInstanceOf(Sub)
    made.close()
  })

  it('does not need its class', () => {
    const { fromReadableStream } = EventSource
    fromReadableStream(source().stream).close()
  })

  it('open has no response: to ask for it is a TypeError', async () => {
    const event = await nextOpen(from(source().stream).source)
    expect(() => event.response).toThrow(TypeError)
  })

  it('one message is one task', async () => {
    const { source: made } = from(streamOf('data: 1\n\ndata: 2\n\ndata: 3\n\n'))
    const seen: string[] = []
    for (let n = 0; n < 3; n++) seen.push((await nextMessage(made)).data)
    expect(seen).toEqual(['1', '2', '3'])
  })

  it('brings events of other types', async () => {
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

describe('what cannot be read is a TypeError', () => {
  const locked = source().stream
  locked.getReader()

  it.each([
    ['a locked stream', locked, 'is locked'],
    ['a Response', lasting(), 'A ReadableStream of bytes is needed, not an object'],
    ['nothing', undefined, 'not undefined'],
    ['null', null, 'not null'],
    ['a URL, which may hold secrets', 'http://a.test/', 'not a string'],
  ])('%s', (_, given, message) => {
    const make = () => EventSource.fromReadableStream(given as ReadableStream<Uint8Array>)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })

  it('the same stream again', () => {
    const { stream } = source()
    const { source: first } = from(stream)
    expect(stream.locked).toBe(true)
    expect(() => EventSource.fromReadableStream(stream)).toThrow(TypeError)
    expect(first.readyState).toBe(CONNECTING)
  })
})

describe('the end', () => {
  it.each([
    [
      'of the stream',
      'ended',
      (body: ReturnType<typeof source>) => {
        body.end()
      },
    ],
    [
      'by an error',
      'network',
      (body: ReturnType<typeof source>) => {
        body.fail(new Error('reset'))
      },
    ],
    [
      'by what are no bytes',
      'unsupported',
      (body: ReturnType<typeof source>) => {
        body.pushChunk('text')
      },
    ],
  ])('%s: complete messages, then one error with CLOSED, and never a reconnection', async (_, reason, end) => {
    const body = source('retry: 0\ndata: 1\n\ndata: 2\n\nid: 3\ndata: 3\n')
    const { source: made, events, states } = from(body.stream)
    let error: ErrorEvent | undefined
    made.onerror = (event) => {
      error = event
    }
    await nextOpen(made)
    await rest()
    end(body)
    await until(() => made.readyState === CLOSED)
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(events).toEqual(['open', '1', '2', 'error'])
    expect(states.at(-1)).toBe(CLOSED)
    expect(error).toMatchObject({ willReconnect: false, delay: undefined, error: { reason } })
    expect(made.lastEventId).toBe('')
  })

  it('of a stream that has ended or failed before', async () => {
    const failed = source()
    failed.fail(new Error('reset'))
    for (const stream of [streamOf(), failed.stream]) {
      const { source: made, events } = from(stream)
      await nextError(made)
      expect(events).toEqual(['open', 'error'])
    }
  })

  it('messages that wait for slow tasks come first', async () => {
    const body = source(Array.from({ length: 100 }, (_, n) => `data: ${n}\n\n`).join(''))
    const { source: made, events } = from(body.stream)
    await nextMessage(made)
    body.fail(new Error('reset'))
    await nextError(made)
    expect(events).toEqual(['open', ...Array.from({ length: 100 }, (_, n) => String(n)), 'error'])
  })
})

describe('close()', () => {
  it('before open cancels the stream, and nothing fires', async () => {
    const { stream, cancelled } = source('data: 1\n\n')
    const { source: made, events } = from(stream)
    made.close()
    expect(made.readyState).toBe(CLOSED)
    await rest()
    expect(cancelled).toHaveBeenCalledOnce()
    expect(events).toEqual([])
  })

  it.each(['open', 'message'])('in a listener of %s cancels it, and nothing fires after that', async (type) => {
    const { stream, cancelled } = source('data: 1\n\ndata: 2\n\n')
    const { source: made, events } = from(stream)
    made.addEventListener(type, () => {
      made.close()
    })
    await until(() => made.readyState === CLOSED)
    await rest()
    expect(cancelled).toHaveBeenCalledOnce()
    expect(events).toEqual(type === 'open' ? ['open'] : ['open', '1'])
  })

  it('of a stream that refuses to be cancelled is quiet', async () => {
    const unhandled = unhandledRejections()
    const { source: made } = from(new ReadableStream({ cancel: () => Promise.reject(new Error('no')) }))
    made.close()
    await rest()
    expect(unhandled).toEqual([])
  })

  it('errors the writable side of what it was piped through', async () => {
    const { source: made, writable } = pipe()
    await nextOpen(made)
    made.close()
    await rest()
    await expect(streamOf('data: 1\n\n').pipeTo(writable)).rejects.toBeUndefined()
  })
})

describe('lastEventId and reconnectionTime', () => {
  it('are empty and positive at first', () => {
    const { source: made } = from(source().stream)
    expect(made.lastEventId).toBe('')
    expect(made.reconnectionTime).toBeGreaterThan(0)
  })

  it('in a listener, the ID is that of the message, though more has been read', async () => {
    const { source: made, ids } = from(streamOf('id: 1\ndata: 1\n\ndata: 2\n\nid: 3\ndata: 3\n\nid\ndata: 4\n\n'))
    const ofMessages: string[] = []
    made.onmessage = ({ lastEventId }) => ofMessages.push(lastEventId)
    await nextError(made)
    expect(ofMessages).toEqual(['1', '1', '3', ''])
    expect(ids.slice(1, -1)).toEqual(ofMessages)
  })

  it('reconnectionTime has changed before the message of that block comes', async () => {
    const { source: made } = from(streamOf('data: 1\nretry: 1234\n\n'))
    const times: number[] = []
    made.onmessage = () => times.push(made.reconnectionTime)
    await nextError(made)
    expect(times).toEqual([1234])
  })

  it('after pipeTo() the ID is that of all that came, as soon as it resolves', async () => {
    const { source: made, add, events } = pipe()
    await add('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n')
    expect(made.lastEventId).toBe('2')
    await add('id: 3\n\n')
    expect(made.lastEventId).toBe('3')
    await add('id: 4\ndata: unfinished\n')
    expect(made.lastEventId).toBe('3')
    await rest()
    expect(events).toEqual(['open', '1', '2'])
  })

  it('after pipeTo() of many chunks and messages too', async () => {
    const { source: made, add } = pipe()
    await add(...Array.from({ length: 500 }, (_, n) => `id: ${n}\ndata: ${'x'.repeat(1_000)}\n\n`))
    expect(made.lastEventId).toBe('499')
  })

  it('after close() the ID is that of the last message that came', async () => {
    const { source: made } = from(streamOf('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n'))
    made.onmessage = () => {
      made.close()
    }
    await until(() => made.readyState === CLOSED)
    await rest()
    expect(made.lastEventId).toBe('1')
  })

  it('stay after the end', async () => {
    const { source: made } = from(streamOf('retry: 77\nid: 1\ndata: 1\n\nid: 2\n\n'))
    await nextError(made)
    expect([made.lastEventId, made.reconnectionTime]).toEqual(['2', 77])
  })
})

describe('several bodies', () => {
  it('keep ID and reconnection time', async () => {
    const { source: made, add } = pipe()
    const seen: string[] = []
    made.onmessage = ({ data, lastEventId }) => seen.push(`${data} ${lastEventId}`)
    await add('retry: 99\nid: 1\ndata: a\n\n')
    made.reset()
    await add('data: b\n\n')
    await rest()
    expect(seen).toEqual(['a 1', 'b 1'])
    expect(made.reconnectionTime).toBe(99)
  })

  it('may each be one large chunk: reset() comes after all of it', async () => {
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

  it('without reset() are one stream: the second goes on with the event of the first', async () => {
    const { source: made, add, events } = pipe()
    await add('id: 1\ndata: a\n')
    await add('data: b\n\n')
    await nextMessage(made)
    expect(events).toEqual(['open', 'a\nb'])
    expect(made.lastEventId).toBe('1')
  })

  it.each([
    ['an unfinished event', 'data: gone\n'],
    ['an unfinished line', 'data: gone'],
    ['an unfinished type', 'event: gone\n'],
    ['an unfinished id', 'id: gone\n'],
    ['an id that has not ended', 'id: gone'],
    ['a CR', 'data: gone\r'],
    ['half a field name', 'dat'],
    ['a comment', ': gone'],
  ])('reset() throws away %s', async (_, rest1) => {
    const { source: made, add } = pipe()
    const seen: string[] = []
    made.onmessage = ({ data, lastEventId, type }) => seen.push(`${type} ${data} ${lastEventId}`)
    await add(`id: 1\ndata: a\n\n${rest1}`)
    made.reset()
    expect(made.lastEventId).toBe('1')
    await add('data: b\n\n')
    await rest()
    expect(seen).toEqual(['message a 1', 'message b 1'])
  })

  it.each([1, 2, 3])('reset() in the middle of a character, after %i of 4 bytes', async (cut) => {
    const { source: made, add, events } = pipe()
    await add('data: ', bytes('😀').slice(0, cut))
    made.reset()
    await add('data: b\n\n')
    await rest()
    expect(events).toEqual(['open', 'b'])
  })

  it.each([1, 2])('reset() in the middle of a BOM, after %i of 3 bytes', async (cut) => {
    const { source: made, add, events } = pipe()
    await add(bytes(BOM).slice(0, cut))
    made.reset()
    await add(bytes(BOM), 'data: b\n\n')
    await rest()
    expect(events).toEqual(['open', 'b'])
  })

  it('a BOM at the start of a body after reset() is none of its text; without reset() it is', async () => {
    const { source: made, add, events } = pipe()
    await add(`${BOM}data: a\n\n`)
    made.reset()
    await add(`${BOM}data: b\n\n`)
    await add(`${BOM}data: c\n\n`)
    await add('data: d\n\n')
    await rest()
    expect(events).toEqual(['open', 'a', 'b', 'd'])
  })

  it('a body after reset() that begins with LF does not join the CR before it', async () => {
    const { source: made, add, events } = pipe()
    await add('data: a\r')
    made.reset()
    await add('\ndata: b\n\n')
    await rest()
    expect(events).toEqual(['open', 'b'])
  })

  it('as many as there are: each piped and reset', async () => {
    const { source: made, add, events } = pipe()
    for (let n = 1; n <= 20; n++) {
      await add(`id: ${n}\ndata: ${n}\n\nid: x\ndata: unfi`)
      expect(made.lastEventId).toBe(String(n))
      made.reset()
    }
    await rest()
    await until(() => events.length === 21)
    expect(events).toEqual(['open', ...Array.from({ length: 20 }, (_, n) => String(n + 1))])
  })
})

describe('reset()', () => {
  it.each(['the first', 'the second'])(
    'in the listener of %s message of a chunk leaves what was read: the messages come',
    async (which) => {
      const { source: made, add, events } = pipe()
      const at = which === 'the first' ? 'a' : 'b'
      made.onmessage = ({ data }) => {
        if (data === at) made.reset()
      }
      await add('data: a\n\ndata: b\n\ndata: c\n\ndata: unfinished\n')
      await until(() => events.includes('c'))
      await add('data: d\n\n')
      await rest()
      expect(events).toEqual(['open', 'a', 'b', 'c', 'd'])
    },
  )

  it('in the listener of a message that comes alone', async () => {
    const { source: made, add, events } = pipe()
    made.onmessage = () => {
      made.reset()
    }
    await nextOpen(made)
    await aTask()
    await add('id: 1\ndata: a\n\nid: 2\ndata: unfinished\n')
    await add('data: b\n\n')
    await rest()
    expect(events).toEqual(['open', 'a', 'b'])
    expect(made.lastEventId).toBe('1')
  })

  it('before open, in open, after the end and after close() does no harm', async () => {
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
    await rest()
    expect(events).toEqual(['open'])
    expect(made.readyState).toBe(OPEN)
  })

  it('on a source with a URL is a TypeError, in any state', () => {
    const made = open('http://nowhere.test/', { fetch: () => pending() as Promise<Response> })
    expect(() => {
      made.reset()
    }).toThrow(TypeError)
    made.close()
    expect(() => {
      made.reset()
    }).toThrow(TypeError)
  })
})

describe('reconnect()', () => {
  it('on a source made of a stream is a TypeError, and the source goes on', async () => {
    const body = source()
    const { source: made } = from(body.stream)
    expect(() => {
      made.reconnect()
    }).toThrow(TypeError)
    const message = nextMessage(made)
    body.push('data: 1\n\n')
    expect((await message).data).toBe('1')
    made.close()
    expect(() => {
      made.reconnect()
    }).toThrow(TypeError)
  })
})

describe('beyond', () => {
  it('the methods and the static have the names and lengths of an interface', () => {
    expect([EventSource.fromReadableStream.name, EventSource.fromReadableStream.length]).toEqual([
      'fromReadableStream',
      1,
    ])
    expect([EventSource.prototype.reset.name, EventSource.prototype.reset.length]).toEqual(['reset', 0])
    expect(Object.keys(EventSource)).toContain('fromReadableStream')
    expect(Object.keys(EventSource.prototype)).toEqual(
      expect.arrayContaining(['lastEventId', 'reconnectionTime', 'reset']) as string[],
    )
    expect(() => Reflect.get(EventSource.prototype, 'lastEventId', {})).toThrow(TypeError)
    expect(() => {
      EventSource.prototype.reset.call({} as EventSource)
    }).toThrow(TypeError)
  })

  it('the body of a Response', async () => {
    const { source: made } = from(response('data: 1\n\n').body as ReadableStream<Uint8Array>)
    expect((await nextMessage(made)).data).toBe('1')
  })

  it('using closes it', async () => {
    const { stream, cancelled } = source()
    {
      using made = EventSource.fromReadableStream(stream)
      expect(made.readyState).toBe(CONNECTING)
    }
    await rest()
    expect(cancelled).toHaveBeenCalledOnce()
  })
})
