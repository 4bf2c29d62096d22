/** What the methods of an EventTarget become where the runtime's calls `on…` properties by itself, as that of workerd does. */

import { afterEach, expect, it, vi } from 'vitest'
import { EventSource } from '../../../src/index.ts'
import { lasting, NOWHERE, nextMessage } from '../support/sources.ts'

const { dispatchEvent } = EventTarget.prototype

// Before the first source is made: it is then that the class looks at what the runtime does.
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
  const fetch = (): Promise<Response> => Promise.resolve(lasting('data: 1\n\nevent: end\ndata: 2\n\n'))
  const source = new EventSource(NOWHERE, { fetch })
  sources.push(source)
  return source
}

it('a handler is called once, in its place among the listeners, and can be read meanwhile', async () => {
  const source = open()
  const heard: unknown[] = []
  const handler = function (this: unknown): void {
    heard.push('handler', this === source, source.onmessage === handler)
  }
  source.addEventListener('message', () => heard.push('listener', source.onmessage === handler))
  source.onmessage = handler
  await nextMessage(source, 'end')
  expect(heard).toEqual(['listener', true, 'handler', true, true])
})

it('events that others dispatch are no exception, nor those that are dispatched meanwhile', () => {
  const source = open()
  const heard: string[] = []
  source.onerror = () => heard.push('error')
  source.onmessage = () => {
    source.dispatchEvent(new Event('error'))
    heard.push(`message ${String(source.onerror !== null)}`)
  }
  expect(source.dispatchEvent(new Event('message'))).toBe(true)
  expect(heard).toEqual(['error', 'message true'])
})

it('a listener is added once, and can be removed', () => {
  const source = open()
  const heard: unknown[] = []
  const object = {
    handleEvent() {
      heard.push(this === object)
    },
  }
  const removed = (): unknown => heard.push('removed')
  for (const listener of [object, removed, object]) source.addEventListener('x', listener)
  source.removeEventListener('x', removed)
  source.dispatchEvent(new Event('x'))
  expect(heard).toEqual([true])
})

it('what a listener throws is reported, not thrown, and the others are called', () => {
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

it('what is no event is refused', () => {
  const source = open()
  for (const event of [undefined, null, {}]) expect(() => source.dispatchEvent(event as Event)).toThrow(TypeError)
})
