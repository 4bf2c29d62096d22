/** onopen, onmessage, onerror. */

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { HandlerAttributes } from '../../../src/event-source/handler-attributes.ts'
import { EventSource } from '../../../src/index.ts'
import { lasting, NOWHERE, nextMessage, open } from '../support/sources.ts'

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

describe('the place among the listeners', () => {
  it('is that of the first handler', () => {
    listen('before')
    handlers.set('message', call('handler'))
    listen('after')
    expect(fire()).toEqual(['before', 'handler', 'after'])
  })

  it('is kept when the handler is replaced', () => {
    handlers.set('message', call('first'))
    listen('listener')
    handlers.set('message', call('second'))
    expect(fire()).toEqual(['second', 'listener'])
  })

  it('is given up with null: the next handler comes last', () => {
    handlers.set('message', call('first'))
    listen('listener')
    handlers.set('message', null)
    expect(fire()).toEqual(['listener'])
    handlers.set('message', call('second'))
    expect(fire()).toEqual(['listener', 'second'])
  })

  it('is given up with a primitive too', () => {
    handlers.set('message', call('first'))
    listen('listener')
    handlers.set('message', 'a text')
    handlers.set('message', call('second'))
    expect(fire()).toEqual(['listener', 'second'])
  })

  it('is fixed by an object that cannot be called', () => {
    handlers.set('message', {})
    listen('listener')
    handlers.set('message', call('handler'))
    expect(fire()).toEqual(['handler', 'listener'])
  })

  it('is not fixed by null', () => {
    handlers.set('message', null)
    listen('listener')
    handlers.set('message', call('handler'))
    expect(fire()).toEqual(['listener', 'handler'])
  })

  it('is of its own for a function that is a listener as well', () => {
    const both = call('both')
    target.addEventListener('message', both)
    handlers.set('message', both)
    expect(fire()).toEqual(['both', 'both'])
    handlers.set('message', null)
    expect(fire()).toEqual(['both'])
  })
})

describe('the value', () => {
  it('is null at first', () => {
    expect(handlers.get('message')).toBeNull()
  })

  it.each([[undefined], [null], [0], [1], [''], ['() => {}'], [true], [false], [1n], [Symbol('message')], [NaN]])(
    'becomes null: %s',
    (value) => {
      handlers.set('message', call('handler'))
      handlers.set('message', value)
      expect(handlers.get('message')).toBeNull()
      expect(fire()).toEqual([])
    },
  )

  it.each([[{}], [[]], [new Date(0)], [/x/], [Object.create(null) as object]])(
    'is kept as an object but not called: %j',
    (value) => {
      handlers.set('message', value)
      expect(handlers.get('message')).toBe(value)
      expect(fire()).toEqual([])
    },
  )

  it('is no listener object: handleEvent is not called', () => {
    handlers.set('message', { handleEvent: call('handleEvent') })
    expect(fire()).toEqual([])
  })

  it('may be any callable: bound functions, proxies, arrow functions', () => {
    for (const callable of [call('a').bind(null), new Proxy(call('a'), {})]) {
      handlers.set('message', callable)
      expect(handlers.get('message')).toBe(callable)
      expect(fire()).toEqual(['a'])
    }
  })

  it('is one for each type', () => {
    handlers.set('message', call('message'))
    handlers.set('error', call('error'))
    handlers.set('error', null)
    expect(fire()).toEqual(['message'])
  })
})

describe('a handler', () => {
  it('is called with the target as `this` and the event, and its result means nothing', () => {
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

  it('that is replaced in mid-dispatch: the new one is called in its place', () => {
    target.addEventListener('message', () => {
      handlers.set('message', call('second'))
    })
    handlers.set('message', call('first'))
    expect(fire()).toEqual(['second'])
  })

  it('that is removed in mid-dispatch is not called', () => {
    target.addEventListener('message', () => {
      handlers.set('message', null)
    })
    handlers.set('message', call('first'))
    expect(fire()).toEqual([])
  })

  it('that is first set in mid-dispatch is not called for that event', () => {
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

  it('that removes itself is called once', () => {
    handlers.set('message', () => {
      calls.push('once')
      handlers.set('message', null)
    })
    expect(fire()).toEqual(['once'])
    expect(fire()).toEqual([])
  })
})

describe.each(['onopen', 'onmessage', 'onerror'] as const)('EventSource.%s', (name) => {
  const accessor = Object.getOwnPropertyDescriptor(EventSource.prototype, name)

  it('is an enumerable accessor with the names of IDL', () => {
    expect(accessor).toMatchObject({ enumerable: true, configurable: true })
    expect(accessor?.get?.name).toBe(`get ${name}`)
    expect(accessor?.set?.name).toBe(`set ${name}`)
  })

  it('converts and keeps', () => {
    const source = open(NOWHERE, { fetch: () => new Promise(() => undefined) })
    expect(source[name]).toBeNull()
    accessor?.set?.call(source, 'primitive')
    expect(source[name]).toBeNull()
    const object = {}
    accessor?.set?.call(source, object)
    expect(source[name]).toBe(object)
    accessor?.set?.call(source, undefined)
    expect(source[name]).toBeNull()
  })

  it('throws a TypeError on a foreign `this`', () => {
    expect(() => accessor?.get?.call({}) as unknown).toThrow(TypeError)
    expect(() => {
      accessor?.set?.call(EventSource.prototype, null)
    }).toThrow(TypeError)
  })
})

it('onmessage hears messages of type "message" only', async () => {
  const source = open(NOWHERE, {
    fetch: () => Promise.resolve(lasting('event: other\ndata: 1\n\nevent: message\ndata: 2\n\ndata: 3\n\ndata: 4\n\n')),
  })
  const heard: string[] = []
  source.onmessage = (event) => {
    heard.push(event.data)
  }
  expect((await nextMessage(source, 'other')).data).toBe('1')
  await vi.waitUntil(() => heard.length === 3)
  expect(heard).toEqual(['2', '3', '4'])
})
