/** An exception in any step between a loss and its event: an `error` event fires all the same, and a loop throws. */

import { channel } from 'node:diagnostics_channel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConnectionError, ErrorEvent, EventSource, type EventSourceInit } from '../../../src/index.ts'
import { until } from '../support/sources.ts'
import { all, rejection, request, rest, unhandledRejections } from '../support/streams.ts'
import { type Answer, watch } from '../support/watch.ts'

const BROKEN = new Error('broken')

function broken(): never {
  throw BROKEN
}

const spyOn = (owner: object, method: string) =>
  vi.spyOn(owner as Record<string, (...args: unknown[]) => unknown>, method)

/** From when it is called, that method throws. */
const breaking = (owner: object, method: string) => () => void spyOn(owner, method).mockImplementation(broken)

/** Has a diagnostics channel throw. */
function breakingChannel(name: string): () => void {
  return () => {
    const found = channel(`everysource:${name}`)
    found.subscribe(ignore)
    spyOn(found, 'publish').mockImplementation(broken)
  }
}

function ignore(): void {
  // A channel publishes when it has a subscriber.
}

/** Has the constructor of `error` events throw, once. */
function breakingErrorEvent(): void {
  const { prototype } = ErrorEvent
  const Base = Object.getPrototypeOf(ErrorEvent) as object
  Object.setPrototypeOf(ErrorEvent, function (): never {
    Object.setPrototypeOf(ErrorEvent, Base)
    return broken()
  })
  expect(Object.getPrototypeOf(prototype)).toBe(Event.prototype)
}

function breakingDispatch(): void {
  const { dispatchEvent } = EventTarget.prototype
  let isBroken = false
  spyOn(EventTarget.prototype, 'dispatchEvent').mockImplementation(function (this: EventTarget, event) {
    if (isBroken || (event as Event).type !== 'error') return dispatchEvent.call(this, event as Event)
    isBroken = true
    return broken()
  })
}

/** A cause whose members cannot be read. */
const HOSTILE = Object.defineProperties(new Error('hostile'), {
  message: { get: broken },
  cause: { get: broken },
})

const SHORT: EventSourceInit = { reconnectionTime: 0 }
const FINAL: EventSourceInit = { reconnect: false }
const ASKED: EventSourceInit = { ...SHORT, reconnect: { shouldReconnect: broken } }

type Step = [what: string, breaks: () => void, options?: EventSourceInit, cause?: unknown]

/** Both of a loss after which a source reconnects, and of one after which it does not. */
const STEPS: Step[] = [
  ['the request is aborted', breaking(AbortController.prototype, 'abort')],
  ["the URL's parameters are read", breaking(URLSearchParams.prototype, 'forEach')],
  ['the URL is parsed', () => void vi.stubGlobal('URL', broken)],
  ['the cause is read', ignore, SHORT, HOSTILE],
  ['texts are redacted', breaking(String.prototype, 'replaceAll')],
  ['shouldReconnect is asked', ignore, ASKED],
  ['the wait is computed', breaking(Math, 'random')],
  ['"lost" is published', breakingChannel('lost')],
  ['"wait" is published', breakingChannel('wait')],
  ['"failed" is published', breakingChannel('failed'), FINAL],
]

let unhandled: unknown[]
let reported: unknown[]
beforeEach(() => {
  unhandled = unhandledRejections()
  reported = []
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  for (const name of ['lost', 'wait', 'failed']) channel(`everysource:${name}`).unsubscribe(ignore)
})

/** A `fetch` that is down once something has been broken. */
function downAfter(breaks: () => void, cause: unknown = new TypeError('down')): Answer {
  return () => {
    breaks()
    return Promise.reject(cause)
  }
}

describe('an error event fires', () => {
  it.each(STEPS)('when %s and that throws', async (_, breaks, options = SHORT, cause) => {
    const { source, errors } = watch([downAfter(breaks, cause)], options)
    await until(() => errors.length > 0)
    expect(errors[0]?.error).toBeInstanceOf(ConnectionError)
    expect(errors[0]?.error.message).toMatch(/^The event stream /)
    source.close()
    await rest()
    expect(unhandled).toEqual([])
  })

  it.each<[what: string, breaks: () => void]>([
    ['an error event is made', breakingErrorEvent],
    ['an event is dispatched', breakingDispatch],
  ])('when %s and that throws: the next one says so', async (_, breaks) => {
    const { source, errors } = watch([downAfter(breaks)], SHORT)
    await until(() => source.readyState === EventSource.CLOSED)
    expect(errors.map(({ error }) => error.reason)).toEqual(['unsupported'])
    expect(errors[0]?.error.cause).toMatchObject({ message: BROKEN.message })
    await rest()
    expect(unhandled).toEqual([])
  })

  it.each<[what: string, breaks: () => void]>([
    ['an error event is made', breakingErrorEvent],
    ['an event is dispatched', breakingDispatch],
  ])(
    'never when %s and that throws after the last failure: it is reported, and the source is closed',
    async (_, breaks) => {
      const { source } = watch([downAfter(breaks)], FINAL)
      await until(() => reported.length > 0)
      expect(reported).toEqual([BROKEN])
      expect(source.readyState).toBe(EventSource.CLOSED)
      await rest()
      expect(unhandled).toEqual([])
    },
  )
})

describe('a loop throws', () => {
  it.each(STEPS)('when %s and that throws', async (_, breaks, options = SHORT, cause) => {
    const { stream } = request([downAfter(breaks, cause)], {
      ...options,
      reconnect: options.reconnect ?? { maxAttempts: 2 },
    })
    const error = await rejection(all(stream))
    expect(error).toBeInstanceOf(ConnectionError)
    await rest()
    expect(unhandled).toEqual([])
  })
})
