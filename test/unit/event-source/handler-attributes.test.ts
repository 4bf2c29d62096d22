/** The handler attributes onopen, onmessage and onerror. */

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { HandlerAttributes } from '../../../src/event-source/handler-attributes.ts'

let target: EventTarget
let handlers: HandlerAttributes
let calls: string[]

beforeEach(() => {
  target = new EventTarget()
  handlers = new HandlerAttributes(target)
  calls = []
})

const call = (name: string) => (): void => {
  calls.push(name)
}

function listen(name: string): void {
  target.addEventListener('message', call(name))
}

function fire(): string[] {
  calls = []
  target.dispatchEvent(new Event('message'))
  return calls
}

describe('position among the listeners', () => {
  it('is lost when the handler is set to a primitive', () => {
    handlers.set('message', call('first'))
    listen('listener')
    handlers.set('message', 'a text')
    handlers.set('message', call('second'))
    expect(fire()).toEqual(['listener', 'second'])
  })

  it('is not reserved by null', () => {
    handlers.set('message', null)
    listen('listener')
    handlers.set('message', call('handler'))
    expect(fire()).toEqual(['listener', 'handler'])
  })

  it('is separate for a function that is also a listener', () => {
    const both = call('both')
    target.addEventListener('message', both)
    handlers.set('message', both)
    expect(fire()).toEqual(['both', 'both'])
    handlers.set('message', null)
    expect(fire()).toEqual(['both'])
  })
})

describe('value of a handler attribute', () => {
  it('is null at first', () => {
    expect(handlers.get('message')).toBeNull()
  })

  it('may be any callable: bound functions, proxies, arrow functions', () => {
    for (const callable of [call('a').bind(null), new Proxy(call('a'), {})]) {
      handlers.set('message', callable)
      expect(handlers.get('message')).toBe(callable)
      expect(fire()).toEqual(['a'])
    }
  })

  it('is independent for each type', () => {
    handlers.set('message', call('message'))
    handlers.set('error', call('error'))
    handlers.set('error', null)
    expect(fire()).toEqual(['message'])
  })
})

describe('handler', () => {
  it('is called with the target as `this` and the event, and its result is ignored', () => {
    const handler = vi.fn(function (this: unknown, event: Event) {
      return event.type !== 'message'
    })
    handlers.set('message', handler)
    const event = new Event('message', { cancelable: true })
    target.dispatchEvent(event)
    expect(handler.mock.contexts).toEqual([target])
    expect(handler.mock.contexts[0]).toBe(target)
    expect(handler.mock.calls).toEqual([[event]])
  })

  it('first set during dispatch is not called for that event', () => {
    target.addEventListener(
      'message',
      () => {
        handlers.set('message', call('new'))
      },
      { once: true },
    )
    expect(fire()).toEqual([])
    expect(fire()).toEqual(['new'])
  })

  it('a handler that removes itself is called once', () => {
    handlers.set('message', () => {
      calls.push('once')
      handlers.set('message', null)
    })
    expect(fire()).toEqual(['once'])
    expect(fire()).toEqual([])
  })
})
