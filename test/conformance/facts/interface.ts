/** The interface: fact 6 (Web IDL, section 3.7). */

import { check, equal, stream, thrown } from '../harness.ts'
import { isOurs, type BehaviorFact } from './fact.ts'

const CONSTANTS = { CONNECTING: 0, OPEN: 1, CLOSED: 2 }
const READ_ONLY = ['url', 'withCredentials', 'readyState']
const HANDLERS = ['onopen', 'onmessage', 'onerror']

export const interfaceShape: BehaviorFact[] = [
  {
    number: 6,
    title: 'the constructor inherits from EventTarget and has the Web IDL name, length and property flags',
    run: ({ env }) => {
      const { EventSource } = env
      equal(EventSource.name, 'EventSource', 'name')
      equal(EventSource.length, 1, 'length')
      equal(flags(EventSource, 'name'), 'configurable', 'the property name')
      equal(flags(EventSource, 'length'), 'configurable', 'the property length')
      equal(flags(EventSource, 'prototype'), '', 'the property prototype')
      equal(Object.getPrototypeOf(EventSource) === EventTarget, true, 'inheriting from EventTarget')
    },
  },
  {
    number: 6,
    title: 'the prototype inherits from EventTarget.prototype and has the Web IDL constructor and toStringTag',
    run: ({ env }) => {
      const { prototype } = env.EventSource
      equal(Object.getPrototypeOf(prototype) === EventTarget.prototype, true, 'inheriting from EventTarget.prototype')
      equal(flags(prototype, 'constructor'), 'writable configurable', 'the property constructor')
      equal(prototype.constructor === env.EventSource, true, 'constructor')
      equal(Reflect.get(prototype, Symbol.toStringTag), 'EventSource', 'Symbol.toStringTag')
      equal(flags(prototype, Symbol.toStringTag), 'configurable', 'the property Symbol.toStringTag')
    },
  },
  {
    number: 6,
    title: 'constants on the constructor and the prototype are enumerable, non-writable and non-configurable',
    run: ({ env }) => {
      for (const target of [env.EventSource, env.EventSource.prototype]) {
        for (const [name, value] of Object.entries(CONSTANTS)) {
          equal(Reflect.get(target, name), value, name)
          equal(flags(target, name), 'enumerable', `the property ${name}`)
        }
      }
    },
  },
  {
    number: 6,
    title: 'the class advertises its fetch option through a non-enumerable symbol',
    needs: isOurs,
    run: ({ env }) => {
      const { EventSource } = env
      const symbol = Symbol.for('eventsource.supports-fetch-override')
      equal(symbol in EventSource, true, 'the symbol in the class')
      equal([Reflect.get(EventSource, symbol), flags(EventSource, symbol)], [true, ''], 'the property')
      class Sub extends (EventSource as typeof globalThis.EventSource) {}
      equal(symbol in Sub, true, 'the symbol in a subclass')
      equal(Object.keys(EventSource).sort(), [...Object.keys(CONSTANTS), 'fromReadableStream'].sort(), 'the keys')
    },
  },
  {
    number: 6,
    title: 'attributes are enumerable accessors on the prototype, with Web IDL getter and setter names',
    run: ({ env }) => {
      for (const name of [...READ_ONLY, ...HANDLERS]) {
        const { get, set, enumerable, configurable } = descriptor(env.EventSource.prototype, name)
        equal([enumerable, configurable], [true, true], `the property ${name}`)
        equal([get?.name, get?.length], [`get ${name}`, 0], `the getter of ${name}`)
        const expected = HANDLERS.includes(name) ? [`set ${name}`, 1] : [undefined, undefined]
        equal([set?.name, set?.length], expected, `the setter of ${name}`)
      }
    },
  },
  {
    number: 6,
    title: 'the close method is enumerable, writable and configurable',
    run: ({ env }) => {
      const { prototype } = env.EventSource
      equal(flags(prototype, 'close'), 'enumerable writable configurable')
      const close: unknown = descriptor(prototype, 'close').value
      check(typeof close === 'function', 'close is not a function')
      equal([close.name, close.length, 'prototype' in close], ['close', 0, false], 'the function close')
    },
  },
  {
    number: 6,
    title: 'members throw a TypeError when called on another object',
    run: ({ env }) => {
      const { prototype } = env.EventSource
      for (const foreign of [{}, new EventTarget(), prototype]) {
        for (const name of [...READ_ONLY, ...HANDLERS]) {
          const { get, set } = descriptor(prototype, name)
          equal(thrown(() => get?.call(foreign) as unknown).name, 'TypeError', `getting ${name}`)
          if (set) equal(thrown(() => { set.call(foreign, null) }).name, 'TypeError', `setting ${name}`) // prettier-ignore
        }
        equal(thrown(() => { prototype.close.call(foreign as EventSource) }).name, 'TypeError', 'calling close') // prettier-ignore
      }
    },
  },
  {
    number: 6,
    title: 'an instance has no enumerable own keys, and for…in lists all members',
    run: (fact) => {
      const source = fact.open(fact.otherOrigin)
      equal(Object.keys(source), [], 'the own keys')
      equal(Object.prototype.toString.call(source), '[object EventSource]', 'toString')
      const shown: string[] = []
      for (const name in source) shown.push(name)
      const missing = [...READ_ONLY, ...HANDLERS, ...Object.keys(CONSTANTS), 'close', 'addEventListener'].filter(
        (name) => !shown.includes(name),
      )
      equal(missing, [], 'the members missing in for…in')
    },
  },
  {
    number: 6,
    title: 'read-only attributes and constants cannot be set',
    run: (fact) => {
      const source = fact.open(fact.otherOrigin)
      for (const name of [...READ_ONLY, ...Object.keys(CONSTANTS)]) {
        equal(Reflect.set(source, name, 'x'), false, `setting ${name}`)
      }
      equal([source.url, source.readyState, source.CLOSED], [`${fact.otherOrigin}/`, 0, 2])
    },
  },
  {
    number: 6,
    title: 'the class can be subclassed',
    run: async (fact) => {
      const served = await fact.serve(stream('data: x\n\n'))
      class Sub extends (fact.env.EventSource as typeof EventSource) {
        get shout(): string {
          return this.url.toUpperCase()
        }
      }
      const source = new Sub(served.url)
      const data = await new Promise((resolve) => {
        source.onmessage = (event) => {
          resolve(event.data)
        }
      })
      source.close()
      equal([data, source.shout, source instanceof fact.env.EventSource], ['x', served.url.toUpperCase(), true])
    },
  },
]

function descriptor(target: object, name: string | symbol): PropertyDescriptor {
  const found = Object.getOwnPropertyDescriptor(target, name)
  check(found !== undefined, `the own property ${String(name)} is missing`)
  return found
}

function flags(target: object, name: string | symbol): string {
  const found = descriptor(target, name)
  return (['enumerable', 'writable', 'configurable'] as const).filter((flag) => found[flag]).join(' ')
}
