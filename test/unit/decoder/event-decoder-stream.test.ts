/** `EventDecoderStream`: decoding, and propagation of errors, cancellation and aborts. */

import { build } from 'esbuild'
import { describe, expect, it, vi } from 'vitest'
import { EventDecoderStream, type EventDecoderStreamInit } from '../../../src/index.ts'
import {
  all,
  bytes,
  countingStream,
  outcome,
  rejection,
  settled,
  source,
  streamOf,
  unhandledRejections,
} from '../support/streams.ts'

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf)

function decoded(stream: ReadableStream<Uint8Array<ArrayBuffer>>, options?: EventDecoderStreamInit) {
  return stream.pipeThrough(new EventDecoderStream(options))
}

describe('EventDecoderStream emits the events of streamEvents', () => {
  it('emits the same events to both branches of a tee()', async () => {
    const [one, two] = decoded(streamOf('data: 1\n\ndata: 2\n\n')).tee()
    expect(await Promise.all([outcome(one), outcome(two)])).toEqual([{ data: ['1', '2'] }, { data: ['1', '2'] }])
  })

  it('emits the same events to a further stream in the pipe', async () => {
    const taken: string[] = []
    await decoded(streamOf('data: 1\n\ndata: 2\n\n')).pipeTo(
      new WritableStream({
        write: ({ data }) => {
          taken.push(data)
        },
      }),
    )
    expect(taken).toEqual(['1', '2'])
  })
})

describe('chunk', () => {
  it.each([
    ['a Uint8Array of a larger buffer', new Uint8Array(bytes('xxdata: 1\n\nxx').buffer, 2, 9)],
    ['a DataView', new DataView(bytes('data: 1\n\n').buffer)],
    ['a Buffer', Buffer.from('data: 1\n\n')],
  ])('may be %s', async (_, chunk) => {
    const { stream, pushChunk, end } = source()
    pushChunk(chunk)
    end()
    expect(await outcome(decoded(stream))).toEqual({ data: ['1'] })
  })

  it.each([
    ['a string', 'data: 2\n\n'],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['null', null],
    ['an array', [1]],
  ])('that is %s errors both sides with a TypeError after the earlier events', async (_, chunk) => {
    const { stream, push, pushChunk, canceled } = source()
    push('data: 1\n\n')
    pushChunk(chunk)
    const { data, error } = await outcome(decoded(stream))
    expect(data).toEqual(['1'])
    expect(error).toBeInstanceOf(TypeError)
    await settled()
    expect(canceled).toHaveBeenCalledExactlyOnceWith(error)
  })
})

describe('error', () => {
  it("a slow reader receives the complete events before the source's error", async () => {
    const { stream, push, fail } = source()
    const reader = decoded(stream).getReader()
    push('data: 1\n\ndata: 2\n\ndata: 3\n\n')
    expect(await reader.read()).toMatchObject({ value: { data: '1' } })
    const reason = new Error('reset')
    fail(reason)
    await settled()
    expect(await reader.read()).toMatchObject({ value: { data: '2' } })
    await settled()
    expect(await reader.read()).toMatchObject({ value: { data: '3' } })
    expect(await rejection(reader.read())).toBe(reason)
    expect(await rejection(reader.closed)).toBe(reason)
  })

  it("a reader that starts late receives the complete events before the source's error", async () => {
    const { stream, push, fail } = source()
    push('data: 1\n\n')
    const events = decoded(stream)
    await settled()
    fail(new Error('reset'))
    await settled()
    expect(await outcome(events)).toMatchObject({ data: ['1'], error: { message: 'reset' } })
  })

  it("concurrent reads receive the complete events before the source's error", async () => {
    const { stream, push, fail } = source()
    const reader = decoded(stream).getReader()
    const reads = Promise.allSettled(Array.from({ length: 5 }, () => reader.read()))
    await settled()
    push('data: 1\n\ndata: 2\n\ndata: 3\n\n')
    await settled()
    fail(new Error('reset'))
    expect((await reads).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ])
  })

  it('an error of the source causes no unhandled rejection if nothing reads', async () => {
    const unhandled = unhandledRejections()
    const { stream, fail } = source()
    decoded(stream)
    const { readable, writable } = new EventDecoderStream()
    await settled()
    fail(new Error('reset'))
    await writable.abort(new Error('enough'))
    await settled()
    expect(unhandled).toEqual([])
    expect(await rejection(readable.getReader().read())).toEqual(new Error('enough'))
  })

  it('aborting the writer errors the reader after the complete events', async () => {
    const { readable, writable } = new EventDecoderStream()
    const writer = writable.getWriter()
    const result = outcome(readable)
    await writer.write(bytes('data: 1\n\n'))
    await writer.abort('enough')
    expect(await result).toEqual({ data: ['1'], error: 'enough' })
  })

  it('an event that is too large causes a RangeError and cancels the source', async () => {
    const { stream, push, canceled } = source()
    push('data: 1\n\ndata: 123456789\n\ndata: 3\n\n')
    const { data, error } = await outcome(decoded(stream, { maxBufferSize: 8 }))
    expect(data).toEqual(['1'])
    expect(error).toBeInstanceOf(RangeError)
    expect((error as Error).message).toContain('"maxBufferSize"')
    await settled()
    expect(canceled).toHaveBeenCalledExactlyOnceWith(error)
  })

  it('an event that is too large is reported before it ends', async () => {
    const { stream, push } = source()
    push('data: 1\n\n', `data: ${'x'.repeat(100)}`)
    expect(await outcome(decoded(stream, { maxBufferSize: 50 }))).toMatchObject({
      data: ['1'],
      error: { name: 'RangeError' },
    })
  })

  it.each(['onComment', 'onRetry'] as const)(
    'an exception in %s reaches the reader unchanged, after the complete events',
    async (name) => {
      const thrown = { not: 'even an error' }
      const { stream, push, canceled } = source()
      push('data: 1\n\nretry: 1\n:x\ndata: 2\n\n')
      const options = {
        [name]: () => {
          throw thrown
        },
      }
      expect(await outcome(decoded(stream, options))).toEqual({ data: ['1'], error: thrown })
      await settled()
      expect(canceled).toHaveBeenCalledExactlyOnceWith(thrown)
    },
  )

  it('an error causes no additional unhandled rejections', async () => {
    const unhandled = unhandledRejections()
    for (let tasks = 0; tasks < 4; tasks++) {
      const { stream, push, fail } = source()
      const result = outcome(decoded(stream, { maxBufferSize: 4 }))
      await settled()
      push('data: 12345\n\n')
      for (let turn = 0; turn < tasks; turn++) await Promise.resolve()
      fail(new Error('reset'))
      await result
    }
    for (let tasks = 0; tasks < 4; tasks++) {
      const { stream, push } = source()
      const reader = decoded(stream, { maxBufferSize: 4 }).getReader()
      const read = reader.read()
      await settled()
      push('data: 12345\n\n')
      for (let turn = 0; turn < tasks; turn++) await Promise.resolve()
      await reader.cancel().catch(() => undefined)
      await read.catch(() => undefined)
    }
    await settled()
    expect(unhandled).toEqual([])
  })
})

describe('cancellation', () => {
  it('canceling during a pending read cancels the source and resolves the read', async () => {
    const { stream, canceled } = source()
    const reader = decoded(stream).getReader()
    const read = reader.read()
    await settled()
    await reader.cancel('enough')
    expect(await read).toStrictEqual({ done: true, value: undefined })
    await settled()
    expect(canceled).toHaveBeenCalledExactlyOnceWith('enough')
  })

  it('canceling before the first read cancels the source', async () => {
    const { stream, canceled } = source('data: 1\n\n')
    await decoded(stream).cancel('enough')
    await settled()
    expect(canceled).toHaveBeenCalledExactlyOnceWith('enough')
  })

  it('break cancels the source', async () => {
    const { stream, canceled } = source('data: 1\n\ndata: 2\n\n')
    for await (const { data } of decoded(stream)) if (data === '1') break
    await settled()
    expect(canceled).toHaveBeenCalledOnce()
  })

  it('aborting the signal of pipeThrough cancels the source', async () => {
    const { stream, canceled } = source('data: 1\n\n')
    const controller = new AbortController()
    const events = stream.pipeThrough(new EventDecoderStream(), { signal: controller.signal })
    const result = outcome(events)
    await settled()
    controller.abort('enough')
    expect(await result).toEqual({ data: ['1'], error: 'enough' })
    expect(canceled).toHaveBeenCalledExactlyOnceWith('enough')
  })

  it('canceling does not affect a source that was piped with preventCancel', async () => {
    const { stream, canceled } = source('data: 1\n\n')
    await stream.pipeThrough(new EventDecoderStream(), { preventCancel: true }).cancel('enough')
    await settled()
    expect(canceled).not.toHaveBeenCalled()
  })
})

describe('onComment and onRetry', () => {
  it('are called in stream order, before the events of the same chunk', async () => {
    const calls: string[] = []
    const options: EventDecoderStreamInit = {
      onComment: (text) => calls.push(`:${text}`),
      onRetry: (ms) => calls.push(`retry ${ms}`),
    }
    const body = streamOf(
      ':a\nretry: 5\n: b \n:\ndata: 1\n\nretry: 6\n',
      'retry: x\nretry: -1\nretry: 1.5\nretry:\ndata: 2\n\n:unfinished',
    )
    for await (const { data } of decoded(body, options)) calls.push(data)
    expect(calls).toEqual([':a', 'retry 5', ':b ', ':', 'retry 6', '1', '2'])
  })

  it('onRetry is called for the line, before the block ends', async () => {
    const onRetry = vi.fn()
    expect(await all(decoded(streamOf('data: 1\nretry: 7\n'), { onRetry }))).toEqual([])
    expect(onRetry).toHaveBeenCalledExactlyOnceWith(7)
  })

  it('may be undefined', async () => {
    const body = streamOf(':a\nretry: 5\ndata: 1\n\n')
    expect(await outcome(decoded(body, { onComment: undefined, onRetry: undefined }))).toEqual({ data: ['1'] })
  })
})

describe('options', () => {
  it.each([undefined, null, {}, { maxBufferSize: undefined }])('may be %j', async (options) => {
    const decoder = new EventDecoderStream(options)
    expect(await outcome(streamOf('data: 1\n\n').pipeThrough(decoder))).toEqual({ data: ['1'] })
  })

  it.each([
    ['maxBufferSize', 0],
    ['maxBufferSize', NaN],
    ['maxBufferSize', '8'],
    ['maxBufferSize', null],
    ['onComment', 'no'],
    ['onComment', null],
    ['onRetry', {}],
  ])('%s: %j throws a TypeError that names the option', (name, value) => {
    const make = () => new EventDecoderStream({ [name]: value })
    expect(make).toThrow(TypeError)
    expect(make).toThrow(`Option "${name}"`)
  })

  it.each([7, 'text', true])('%j instead of an object throws a TypeError', (options) => {
    expect(() => new EventDecoderStream(options as EventDecoderStreamInit)).toThrow(TypeError)
  })

  it('maxBufferSize may be Infinity', async () => {
    expect(await all(decoded(streamOf('data: 1\n\n'), { maxBufferSize: Infinity }))).toHaveLength(1)
  })
})

describe('readable and writable', () => {
  it('are platform streams', () => {
    const { readable, writable } = new EventDecoderStream()
    expect(readable).toBeInstanceOf(ReadableStream)
    expect(writable).toBeInstanceOf(WritableStream)
    expect(readable.locked || writable.locked).toBe(false)
  })

  it('support manual writes, and close() ends the stream', async () => {
    const { readable, writable } = new EventDecoderStream()
    const result = outcome(readable)
    const writer = writable.getWriter()
    await writer.write(bytes('data: 1\n\ndata'))
    await writer.close()
    expect(await result).toEqual({ data: ['1'] })
  })

  it('accept several bodies as one stream if they are piped with preventClose', async () => {
    const { readable, writable } = new EventDecoderStream()
    const result = outcome(readable)
    await streamOf('data: 1\n\ndata: 2\n').pipeTo(writable, { preventClose: true })
    await streamOf('\n', BOM, 'data: 3\n\ndata: 4\n\n').pipeTo(writable)
    expect(await result).toEqual({ data: ['1', '2', '4'] })
  })

  it('writes fail with the error of the readable side', async () => {
    const { readable, writable } = new EventDecoderStream({ maxBufferSize: 4 })
    const writer = writable.getWriter()
    const isOver = rejection(writer.closed)
    const result = outcome(readable)
    await writer.write(bytes('data: 12345\n\n')).catch(() => undefined)
    const { error } = await result
    expect(await isOver).toBe(error)
    expect(await rejection(writer.write(bytes('data: 1\n\n')))).toBe(error)
  })
})

describe('backpressure', () => {
  it('limits reading to one chunk per read', async () => {
    const body = countingStream(threeEvents)
    const reader = body.stream.pipeThrough(new EventDecoderStream()).getReader()
    await settled()
    const before = body.pulls
    const pulls: number[] = []
    for (let event = 0; event < 9; event++) {
      await reader.read()
      await settled()
      pulls.push(body.pulls - before)
    }
    // A pipe reads one chunk ahead.
    expect(before).toBeLessThanOrEqual(2)
    expect(pulls).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3])
    await reader.cancel()
  })

  it('limits a writer to one chunk per read', async () => {
    const { readable, writable } = new EventDecoderStream()
    const writer = writable.getWriter()
    const reader = readable.getReader()
    let written = 0
    for (let n = 0; n < 10; n++) {
      void writer.write(bytes(threeEvents(n))).then(
        () => written++,
        () => undefined,
      )
    }
    await settled()
    expect(written).toBe(0)
    const counts: number[] = []
    for (let event = 0; event < 9; event++) {
      await reader.read()
      await settled()
      counts.push(written)
    }
    expect(counts).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3])
    const isOver = rejection(writer.closed)
    await reader.cancel('enough')
    expect(await isOver).toBe('enough')
  })
})

/** Chunk n holds events n.0 to n.2. */
function threeEvents(n: number): string {
  return [0, 1, 2].map((event) => `data: ${n}.${event}\n\n`).join('')
}

describe('EventDecoderStream in a minified bundle', () => {
  async function bundled(contents: string): Promise<string> {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
    })
    return outputFiles[0]?.text ?? ''
  }

  it('keeps its name', async () => {
    const code = await bundled("export { EventDecoderStream as E } from '../../../src/index.ts'")
    const { E } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { E: typeof EventDecoderStream }
    expect(new E().constructor.name).toBe('EventDecoderStream')
  })

  it('is removed if unused', async () => {
    expect(await bundled("import { EventDecoderStream } from '../../../src/decoder/event-decoder-stream.ts'")).toBe('')
  })
})
