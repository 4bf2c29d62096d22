/** Workaround for runtimes such as workerd whose EventTarget itself calls `on…` properties. */

import { afterEach, expect, it, vi } from 'vitest'
import { EventSource } from '../../../src/index.ts'
import { openResponse, STUB_URL, nextMessage } from '../support/sources.ts'

const { dispatchEvent } = EventTarget.prototype

// Stub this before the first source, because the class checks the runtime then.
vi.spyOn(EventTarget.prototype, 'dispatchEvent').mockImplementation(function (this: EventTarget, event) {
  const handler = Reflect.get(this, `on${event.type}`) as unknown
  if (typeof handler === 'function') handler.call(undefined, event)
  return dispatchEvent.call(this, event)
})

const sources: EventSource[] = []

afterEach(() => {
  for (const source of sources) source.close()
})

function open(): EventSource {
  const fetch = (): Promise<Response> => Promise.resolve(openResponse('data: 1\n\nevent: end\ndata: 2\n\n'))
  const source = new EventSource(STUB_URL, { fetch })
  sources.push(source)
  return source
}

it('a handler is called once, in its position among the listeners, and is readable meanwhile', async () => {
  const source = open()
  const calls: unknown[] = []
  const handler = function (this: unknown): void {
    calls.push('handler', this === source, source.onmessage === handler)
  }
  source.addEventListener('message', () => calls.push('listener', source.onmessage === handler))
  source.onmessage = handler
  await nextMessage(source, 'end')
  expect(calls).toEqual(['listener', true, 'handler', true, true])
})

it('the workaround covers events dispatched by the caller, including nested ones', () => {
  const source = open()
  const calls: string[] = []
  source.onerror = () => calls.push('error')
  source.onmessage = () => {
    source.dispatchEvent(new Event('error'))
    calls.push(`message ${String(source.onerror !== null)}`)
  }
  expect(source.dispatchEvent(new Event('message'))).toBe(true)
  expect(calls).toEqual(['error', 'message true'])
})

it('a listener is added once and can be removed', () => {
  const source = open()
  const calls: unknown[] = []
  const object = {
    handleEvent() {
      calls.push(this === object)
    },
  }
  const removed = (): unknown => calls.push('removed')
  for (const listener of [object, removed, object]) source.addEventListener('x', listener)
  source.removeEventListener('x', removed)
  source.dispatchEvent(new Event('x'))
  expect(calls).toEqual([true])
})

it('an exception in a listener is reported, and the other listeners are called', () => {
  const reportError = vi.fn()
  vi.stubGlobal('reportError', reportError)
  const source = open()
  const error = new Error('mine')
  const last = vi.fn()
  source.addEventListener('x', () => {
    throw error
  })
  source.addEventListener('x', last)
  source.dispatchEvent(new Event('x'))
  expect(last).toHaveBeenCalledOnce()
  expect(reportError.mock.calls).toEqual([[error]])
  vi.unstubAllGlobals()
})

it('a value that is not an Event is rejected', () => {
  const source = open()
  for (const event of [undefined, null, {}]) expect(() => source.dispatchEvent(event as Event)).toThrow(TypeError)
})
