/** If any step between a loss and its event throws, an `error` event still fires, and a loop still throws. */

import { channel } from 'node:diagnostics_channel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConnectionError, ErrorEvent, EventSource, type EventSourceInit } from '../../../src/index.ts'
import { until } from '../support/sources.ts'
import { all, rejection, request, settled, unhandledRejections } from '../support/streams.ts'
import { type Answer, watch } from '../support/watch.ts'

const BROKEN = new Error('broken')

function broken(): never {
  throw BROKEN
}

const spyOn = (owner: object, method: string) =>
  vi.spyOn(owner as Record<string, (...args: unknown[]) => unknown>, method)

/** Returns a function that makes the method throw from then on. */
const breakMethod = (owner: object, method: string) => () => void spyOn(owner, method).mockImplementation(broken)

/** Returns a function that makes a diagnostics channel throw. */
function breakChannel(name: string): () => void {
  return () => {
    const found = channel(`everysource:${name}`)
    found.subscribe(ignore)
    spyOn(found, 'publish').mockImplementation(broken)
  }
}

function ignore(): void {
  // A channel publishes when it has a subscriber.
}

/** Makes the constructor of `error` events throw once. */
function breakErrorEvent(): void {
  const { prototype } = ErrorEvent
  const Base = Object.getPrototypeOf(ErrorEvent) as object
  Object.setPrototypeOf(ErrorEvent, function (): never {
    Object.setPrototypeOf(ErrorEvent, Base)
    return broken()
  })
  expect(Object.getPrototypeOf(prototype)).toBe(Event.prototype)
}

function breakDispatch(): void {
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

const RECONNECTING: EventSourceInit = { reconnectionTime: 0 }
const WITHOUT_RECONNECTION: EventSourceInit = { reconnect: false }
const WITH_FAILING_POLICY: EventSourceInit = { ...RECONNECTING, reconnect: { shouldReconnect: broken } }

type Step = [what: string, breaks: () => void, options?: EventSourceInit, cause?: unknown]

/** Steps for losses after which a source reconnects, and for one after which it doesn't. */
const STEPS: Step[] = [
  ['aborting the request', breakMethod(AbortController.prototype, 'abort')],
  ["reading the URL's parameters", breakMethod(URLSearchParams.prototype, 'forEach')],
  ['parsing the URL', () => void vi.stubGlobal('URL', broken)],
  ['reading the cause', ignore, RECONNECTING, HOSTILE],
  ['redacting texts', breakMethod(String.prototype, 'replaceAll')],
  ['calling shouldReconnect', ignore, WITH_FAILING_POLICY],
  ['computing the delay', breakMethod(Math, 'random')],
  ['publishing "lost"', breakChannel('lost')],
  ['publishing "wait"', breakChannel('wait')],
  ['publishing "failed"', breakChannel('failed'), WITHOUT_RECONNECTION],
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

/** A `fetch` that breaks something and then fails. */
function downAfter(breaks: () => void, cause: unknown = new TypeError('down')): Answer {
  return () => {
    breaks()
    return Promise.reject(cause)
  }
}

describe('error event', () => {
  it.each(STEPS)('fires although %s throws', async (_, breaks, options = RECONNECTING, cause) => {
    const { source, errors } = watch([downAfter(breaks, cause)], options)
    await until(() => errors.length > 0)
    expect(errors[0]?.error).toBeInstanceOf(ConnectionError)
    expect(errors[0]?.error.message).toMatch(/^The event stream /)
    source.close()
    await settled()
    expect(unhandled).toEqual([])
  })

  it.each<[what: string, breaks: () => void]>([
    ['creating an error event', breakErrorEvent],
    ['dispatching an event', breakDispatch],
  ])('reports the exception in a second event if %s throws', async (_, breaks) => {
    const { source, errors } = watch([downAfter(breaks)], RECONNECTING)
    await until(() => source.readyState === EventSource.CLOSED)
    expect(errors.map(({ error }) => error.reason)).toEqual(['unsupported'])
    expect(errors[0]?.error.cause).toMatchObject({ message: BROKEN.message })
    await settled()
    expect(unhandled).toEqual([])
  })

  it.each<[what: string, breaks: () => void]>([
    ['creating an error event', breakErrorEvent],
    ['dispatching an event', breakDispatch],
  ])(
    'is replaced by a reported exception if %s throws after the last failure, and the source closes',
    async (_, breaks) => {
      const { source } = watch([downAfter(breaks)], WITHOUT_RECONNECTION)
      await until(() => reported.length > 0)
      expect(reported).toEqual([BROKEN])
      expect(source.readyState).toBe(EventSource.CLOSED)
      await settled()
      expect(unhandled).toEqual([])
    },
  )
})

describe('loop', () => {
  it.each(STEPS)('throws a ConnectionError although %s throws', async (_, breaks, options = RECONNECTING, cause) => {
    const { stream } = request([downAfter(breaks, cause)], {
      ...options,
      reconnect: options.reconnect ?? { maxAttempts: 2 },
    })
    const error = await rejection(all(stream))
    expect(error).toBeInstanceOf(ConnectionError)
    await settled()
    expect(unhandled).toEqual([])
  })
})
