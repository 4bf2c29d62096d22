/** The inbox between a connection and a loop: order, backpressure and the end. */

import { describe, expect, it, vi } from 'vitest'
import { ConnectionError, type ConnectionErrorInit } from '../../../src/connection/connection-error.ts'
import { Inbox } from '../../../src/event-stream/inbox.ts'
import { rejection, settled } from '../support/streams.ts'

function inbox({
  lastEventId = '',
  signal,
  readAhead = 0,
}: { lastEventId?: string; signal?: AbortSignal; readAhead?: number } = {}) {
  const opened = vi.fn()
  const ended = vi.fn()
  const onComment = vi.fn<(text: string) => void>()
  const made = new Inbox({ opened, ended }, { lastEventId, signal, onComment, readAhead })
  return { inbox: made, opened, ended, onComment }
}

/** Adds messages with this data. */
function bring(to: Inbox, ...data: string[]): void {
  for (const text of data) to.message('message', text, '', undefined)
}

function failure(init?: ConnectionErrorInit): ConnectionError {
  return new ConnectionError('was interrupted', init)
}

/** Whether a promise has settled once nothing else is pending. */
async function settles(promise: Promise<unknown> | undefined): Promise<boolean> {
  let hasSettled = false
  void promise?.finally(() => (hasSettled = true))
  await settled()
  return hasSettled
}

const DONE = { done: true, value: undefined }

describe('backpressure of the inbox', () => {
  it('is absent while next() is pending', () => {
    const { inbox: box } = inbox()
    void box.next()
    expect(box.backpressure(1)).toBeUndefined()
  })

  it('lasts until the last waiting event has been consumed', async () => {
    const { inbox: box } = inbox()
    bring(box, '1', '2')
    const held = box.backpressure(1)
    expect(await settles(held)).toBe(false)
    await box.next()
    expect(await settles(held)).toBe(false)
    await box.next()
    expect(await settles(held)).toBe(true)
  })

  it('lasts without events until next() is called', async () => {
    const { inbox: box } = inbox()
    const held = box.backpressure(1)
    expect(await settles(held)).toBe(false)
    void box.next()
    expect(await settles(held)).toBe(true)
  })

  it('starts after this many bytes since the last consumed event', async () => {
    const { inbox: box } = inbox({ readAhead: 10 })
    bring(box, '1')
    expect(box.backpressure(6)).toBeUndefined()
    await box.next()
    expect(box.backpressure(6)).toBeUndefined()
    expect(box.backpressure(4)).toBeUndefined()
    expect(await settles(box.backpressure(1))).toBe(false)
  })

  it('lasts while a comment waits for a busy loop', async () => {
    const { inbox: box, onComment } = inbox()
    bring(box, '1')
    await box.next()
    box.comment('x')
    const held = box.backpressure(1)
    expect(await settles(held)).toBe(false)
    expect(onComment).not.toHaveBeenCalled()
    void box.next()
    expect(await settles(held)).toBe(true)
    expect(onComment).toHaveBeenCalledExactlyOnceWith('x')
  })

  it('ends with the stream, so that reading stops', async () => {
    const { inbox: box } = inbox()
    bring(box, '1')
    const held = box.backpressure(1)
    box.close()
    expect(await settles(held)).toBe(true)
  })
})

describe('on-demand processing', () => {
  it('does not delay a reconnection before the first response, which the caller may await', async () => {
    const { inbox: box, onComment } = inbox()
    expect(await settles(box.deciding())).toBe(true)
    expect(await settles(box.lost())).toBe(true)
    box.comment('x')
    box.id('7')
    expect([onComment.mock.calls, box.lastEventId]).toEqual([[], undefined])
    void box.next()
    expect([onComment.mock.calls, box.lastEventId]).toEqual([[['x']], '7'])
  })

  it.each(['lost', 'deciding'] as const)('delays %s() while the loop processes its last event', async (method) => {
    const { inbox: box } = inbox()
    box.open(undefined)
    bring(box, '1')
    await box.next()
    const promise = box[method]()
    expect(await settles(promise)).toBe(false)
    void box.next()
    expect(await settles(promise)).toBe(true)
  })

  it.each(['lost', 'deciding'] as const)('delays %s() while events wait', async (method) => {
    const { inbox: box } = inbox()
    box.open(undefined)
    bring(box, '1', '2')
    const promise = box[method]()
    await box.next()
    expect(await settles(promise)).toBe(false)
    await box.next()
    expect(await settles(promise)).toBe(false)
    void box.next()
    expect(await settles(promise)).toBe(true)
  })

  it('does not count a loop as busy if it has called next() again', async () => {
    const { inbox: box, onComment } = inbox()
    const [first, second] = [box.next(), box.next()]
    bring(box, '1')
    await first
    box.comment('x')
    expect(onComment).toHaveBeenCalledOnce()
    bring(box, '2')
    await second
    box.comment('y')
    expect(onComment).toHaveBeenCalledOnce()
  })
})

describe('last event ID of the inbox', () => {
  it("starts with the caller's value, and is undefined without one", () => {
    expect(inbox().inbox.lastEventId).toBeUndefined()
    expect(inbox({ lastEventId: '5' }).inbox.lastEventId).toBe('5')
  })

  it('an empty ID resets only an earlier one', async () => {
    const { inbox: box } = inbox()
    bring(box, '1')
    await box.next()
    expect(box.lastEventId).toBeUndefined()
    box.message('message', '2', '7', '7')
    await box.next()
    expect(box.lastEventId).toBe('7')
    bring(box, '3')
    await box.next()
    expect(box.lastEventId).toBe('')
  })

  it('is that of consumed events', async () => {
    const { inbox: box } = inbox()
    box.message('message', '1', '1', '1')
    box.id('2')
    expect(box.lastEventId).toBeUndefined()
    await box.next()
    expect(box.lastEventId).toBe('1')
    void box.next()
    expect(box.lastEventId).toBe('2')
  })
})

describe('end of the inbox', () => {
  it('discards waiting events, resolves pending calls and is reported once', async () => {
    const { inbox: box, ended } = inbox()
    bring(box, '1')
    box.close()
    box.close({ error: new Error('late') })
    box.aborted()
    expect(ended).toHaveBeenCalledExactlyOnceWith(undefined)
    expect(await box.next()).toStrictEqual(DONE)
  })

  it('a failure follows the events and rejects one call', async () => {
    const { inbox: box, ended } = inbox()
    const error = failure()
    bring(box, '1')
    const failed = box.failed(error, { error })
    expect(ended).not.toHaveBeenCalled()
    expect(await box.next()).toMatchObject({ value: { data: '1' } })
    expect(await settles(failed)).toBe(false)
    expect(await rejection(box.next())).toBe(error)
    expect(await settles(failed)).toBe(true)
    expect(ended).toHaveBeenCalledExactlyOnceWith({ error })
    expect(await box.next()).toStrictEqual(DONE)
  })

  it('a failure without a pending call rejects the next call', async () => {
    const { inbox: box, ended } = inbox()
    const error = failure()
    void box.failed(error, { error })
    expect(ended).toHaveBeenCalledExactlyOnceWith({ error })
    expect(await rejection(box.next())).toBe(error)
    expect(await box.next()).toStrictEqual(DONE)
  })

  it.each([true, false])('a failure may count as a regular end (%s)', async (isEnd) => {
    const { inbox: box, ended } = inbox()
    const error = failure({ reason: 'ended' })
    const next = box.next()
    void box.failed(error, isEnd ? undefined : { error })
    if (isEnd) expect(await next).toStrictEqual(DONE)
    else expect(await rejection(next)).toBe(error)
    // A promise for the response rejects with the reason in both cases.
    expect(ended).toHaveBeenCalledExactlyOnceWith({ error })
  })

  it('aborting the signal does not wait for the loop', async () => {
    const reason = new Error('enough')
    const { inbox: box, ended } = inbox({ signal: AbortSignal.abort(reason) })
    bring(box, '1', '2')
    await box.next()
    box.aborted()
    expect(ended).toHaveBeenCalledExactlyOnceWith({ error: reason })
    expect(await rejection(box.next())).toBe(reason)
  })

  it('an error in onComment rejects the first call', async () => {
    const { inbox: box, ended, onComment } = inbox()
    const thrown = new Error('mine')
    onComment.mockImplementation(() => {
      throw thrown
    })
    const [first, second] = [box.next(), box.next()]
    box.comment('x')
    expect(await rejection(first)).toBe(thrown)
    expect(await second).toStrictEqual(DONE)
    expect(ended).toHaveBeenCalledExactlyOnceWith({ error: thrown })
  })

  it('closing in onComment prevents further comments', async () => {
    const { inbox: box, ended, onComment } = inbox()
    onComment.mockImplementation(() => {
      box.close()
      throw new Error('too late to matter')
    })
    bring(box, '1')
    box.comment('x')
    box.comment('y')
    bring(box, '2')
    await box.next()
    expect(await box.next()).toStrictEqual(DONE)
    expect(onComment).toHaveBeenCalledExactlyOnceWith('x')
    expect(ended).toHaveBeenCalledExactlyOnceWith(undefined)
  })
})

it('the inbox reports the response, or its absence, at once', () => {
  const { inbox: box, opened } = inbox()
  bring(box, '1')
  const response = new Response()
  box.open(response)
  box.open(undefined)
  expect(opened.mock.calls).toEqual([[response], [undefined]])
})
