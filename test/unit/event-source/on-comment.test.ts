/** The option `onComment`. */

import { setImmediate as aTask } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { EventSource, type EventSourceInit } from '../../../src/index.ts'
import { closingResponse, openResponse, STUB_URL, nextMessage, nextOpen, open, until } from '../support/sources.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Everything a stream delivers, in order, until its message "end". */
async function logOf(text: string | string[], options: EventSourceInit = {}): Promise<string[]> {
  const log: string[] = []
  const source = open(STUB_URL, {
    fetch: () => Promise.resolve(openResponse(...[text].flat(), 'event: end\ndata\n\n')),
    onComment: (comment) => log.push(`:${comment}`),
    ...options,
  })
  source.onopen = () => log.push('open')
  source.onmessage = (event) => log.push(event.data)
  source.onerror = () => log.push('error')
  await nextMessage(source, 'end')
  return log
}

describe('comment', () => {
  it('a comment within an event is reported before it', async () => {
    expect(await logOf('data: 1\n: a\ndata: 2\n\n')).toEqual(['open', ':a', '1\n2'])
  })

  it('runs in its own task: its microtasks run before the next item', async () => {
    const log: string[] = []
    const later = (text: string): void => {
      void Promise.resolve()
        .then(() => undefined)
        .then(() => log.push(text))
    }
    const source = open(STUB_URL, {
      fetch: () => Promise.resolve(openResponse(': a\n: b\ndata: 1\n\n')),
      onComment: (comment) => {
        log.push(comment)
        later(`after ${comment}`)
      },
    })
    await nextMessage(source)
    expect(log).toEqual(['a', 'after a', 'b', 'after b'])
  })

  it.each([
    [':\n', ''],
    [': \n', ''],
    [':  x\n', ' x'],
    [':x\r\n', 'x'],
    ['::x\n', ':x'],
    [': …🚀\n', '…🚀'],
  ])('%j has the text %j', async (line, text) => {
    expect(await logOf(line)).toEqual(['open', `:${text}`])
  })

  it('may be split', async () => {
    expect(await logOf([': he', 'llo', '\n'])).toEqual(['open', ':hello'])
  })

  it('changes neither the last event ID nor the reconnection time', async () => {
    const source = open(STUB_URL, {
      fetch: () => Promise.resolve(openResponse('id: 1\ndata: 1\n\n: id: 2\n:retry: 5\ndata: 2\n\n')),
      onComment: () => undefined,
    })
    await nextMessage(source)
    await nextMessage(source)
    expect(source).toMatchObject({ lastEventId: '1', reconnectionTime: 3_000 })
  })
})

describe('onComment', () => {
  it('may throw: the error is reported, and the stream continues', async () => {
    const report = vi.fn()
    vi.stubGlobal('reportError', report)
    const error = new Error('of the caller')
    const onComment = (): never => {
      throw error
    }
    expect(await logOf(': a\ndata: 1\n\n: b\ndata: 2\n\n', { onComment })).toEqual(['open', '1', '2'])
    expect(report.mock.calls).toEqual([[error], [error]])
  })

  it('is called without `this`', async () => {
    const selves: unknown[] = []
    const onComment = function (this: unknown): void {
      selves.push(this)
    }
    await logOf(': a\n', { onComment })
    expect(selves).toEqual([undefined])
  })

  it('may close the source, and then nothing else happens', async () => {
    const fired = vi.fn()
    const comments: string[] = []
    const source = open(STUB_URL, {
      fetch: () => Promise.resolve(openResponse(': a\n: b\ndata: 1\n\n')),
      onComment: (comment) => {
        comments.push(comment)
        source.close()
      },
    })
    source.onmessage = fired
    await nextOpen(source)
    await until(() => comments.length > 0)
    for (let i = 0; i < 5; i++) await aTask()
    expect(comments).toEqual(['a'])
    expect(fired).not.toHaveBeenCalled()
    expect(source.readyState).toBe(EventSource.CLOSED)
  })

  it('is called before the error event of a stream that ends', async () => {
    const log: string[] = []
    const source = open(STUB_URL, {
      fetch: () => Promise.resolve(closingResponse(': bye\n')),
      onComment: (comment) => log.push(comment),
    })
    await new Promise<void>((lost) => {
      source.onerror = () => {
        log.push('error')
        lost()
      }
    })
    expect(log).toEqual(['bye', 'error'])
  })
})
