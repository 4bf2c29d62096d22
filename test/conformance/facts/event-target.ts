/** The `EventTarget` methods of a source: fact 21. Each call is compared with the same call on a plain `EventTarget`. */

import { equal } from '../harness.ts'
import type { BehaviorFact } from './fact.ts'

type Method = 'addEventListener' | 'removeEventListener' | 'dispatchEvent'

/** Creates the arguments of one call. Reads and calls of them are logged. */
type Arguments = (log: string[], listener: () => void) => unknown[]

const PLACES = [
  'outside a dispatch',
  'while an event of the same type is dispatched',
  'while an event of another type is dispatched',
] as const
type Place = (typeof PLACES)[number]

const MEMBERS = ['capture', 'once', 'passive', 'signal'] as const

/** Options that log each read of a member. One member may throw. */
function logged(log: string[], values: Record<string, unknown> = {}, throwing?: string): object {
  const options = {}
  for (const name of MEMBERS) {
    Object.defineProperty(options, name, {
      get: () => {
        log.push(name)
        if (name === throwing) throw new RangeError(name)
        return values[name]
      },
    })
  }
  return options
}

function aborted(): AbortSignal {
  const controller = new AbortController()
  controller.abort()
  return controller.signal
}

/** An object as the event type, which logs its conversion to a string. */
const named = (log: string[], name: unknown): unknown => ({
  toString: () => {
    log.push('type')
    return name
  },
})

const TYPES: Record<string, (log: string[]) => unknown> = {
  ...values('x', '', 1, null, undefined, true, Symbol('x'), [], ['x'], {}),
  'an object': (log) => named(log, 'x'),
  'an object whose toString returns an object': (log) => named(log, {}),
  'an object that throws': () => ({
    toString() {
      throw new RangeError('type')
    },
  }),
}

const LISTENERS = values(null, undefined, 0, 1, '', 'x', true, Symbol('x'), {}, [], { handleEvent: 1 })

const OPTIONS: Record<string, (log: string[]) => unknown> = {
  ...values(undefined, null, true, false, 0, 1, '', 'x', Symbol('x'), 1n, {}, []),
  ...values({ capture: 1 }, { capture: true }, { once: 'x' }, { passive: 1 }, { signal: undefined }),
  ...values({ signal: null }, { signal: {} }, { signal: 'x' }, { signal: new EventTarget() }),
  'a function': () => Object.assign(() => undefined, { capture: true }),
  'an aborted signal': () => ({ signal: aborted() }),
  getters: (log) => logged(log),
  'getters of values': (log) => logged(log, { capture: true, once: true, signal: new AbortController().signal }),
  ...Object.fromEntries(MEMBERS.map((name) => [`a ${name} that throws`, (log: string[]) => logged(log, {}, name)])),
  'a signal that is wrong, by getters': (log) => logged(log, { signal: 1 }),
}

/** Calls with every kind of argument in each position. */
const LISTENER_CALLS: Record<string, Arguments> = {
  'no arguments': () => [],
  'one argument': (log) => [named(log, 'x')],
  'four arguments': (_, listener) => ['x', listener, false, 'four'],
  ...calls('type', TYPES, (type, listener) => [type, listener]),
  ...calls('type beside options', TYPES, (type, listener, log) => [type, listener, logged(log)]),
  ...calls('listener', LISTENERS, (listener, _, log) => [named(log, 'x'), listener, logged(log)]),
  ...calls('options', OPTIONS, (options, listener, log) => [named(log, 'x'), listener, options]),
  ...calls('options beside a symbol', OPTIONS, (options, listener) => [Symbol('x'), listener, options]),
}

const EVENTS: Record<string, Arguments> = {
  'no arguments': () => [],
  ...calls('event', values(undefined, null, 1, 'x', Symbol('x'), {}, [], { type: 'x' }, Event), (event) => [event]),
  'an object with getters': (log) => [Object.defineProperty({}, 'type', { get: () => log.push('type') })],
  'an object that inherits from an event': () => [Object.create(new Event('x'))],
  'an event': () => [new Event('x')],
  'an event that is canceled': () => [canceled()],
  'two arguments': () => [new Event('x'), 2],
}

function canceled(): Event {
  const event = new Event('x', { cancelable: true })
  event.preventDefault()
  return event
}

const CALLS: Record<Method, Record<string, Arguments>> = {
  addEventListener: LISTENER_CALLS,
  removeEventListener: LISTENER_CALLS,
  dispatchEvent: EVENTS,
}

export const eventTarget: BehaviorFact[] = [
  {
    number: 21,
    title: "its EventTarget methods have the platform's names, lengths and property flags",
    run: ({ env }) => {
      for (const name of Object.keys(CALLS) as Method[]) {
        const shapes = [env.EventSource.prototype, EventTarget.prototype].map((prototype) => {
          const method = prototype[name]
          return [method.name, method.length, 'prototype' in method, flags(prototype, name), name in prototype]
        })
        equal(shapes[0], shapes[1], name)
      }
    },
  },
  ...PLACES.map((place): BehaviorFact => ({
    number: 21,
    title: `its EventTarget methods handle arguments as the platform does, ${place}`,
    run: (fact) => {
      const targets = [fact.open(fact.otherOrigin), new EventTarget()]
      for (const [method, calls] of Object.entries(CALLS) as [Method, Record<string, Arguments>][]) {
        for (const [name, args] of Object.entries(calls)) {
          const [ours, platforms] = targets.map((target) =>
            within(place, target, () => outcomeOf(target, method, args)),
          )
          equal(ours, platforms, `${method}, ${name}`)
        }
      }
    },
  })),
  {
    number: 21,
    title: 'an event being dispatched cannot be dispatched again, but another event can, as on any EventTarget',
    run: (fact) => {
      const [ours, platforms] = [fact.open(fact.otherOrigin), new EventTarget()].map((target) => {
        const outcomes: unknown[] = []
        target.addEventListener('x', (event) => outcomes.push(resultOf(() => target.dispatchEvent(event))))
        target.addEventListener('y', () => outcomes.push(resultOf(() => target.dispatchEvent(new Event('x')))))
        target.dispatchEvent(new Event('y'))
        return outcomes
      })
      equal(ours, platforms)
    },
  },
  {
    number: 21,
    title: 'a listener added during a dispatch can be removed during it with the same options as outside',
    run: (fact) => {
      const targets = [fact.open(fact.otherOrigin), new EventTarget()]
      for (const [added, addOptions] of Object.entries(WITHOUT_SIGNALS)) {
        for (const [removed, removeOptions] of Object.entries(WITHOUT_SIGNALS)) {
          const [ours, platforms] = targets.map((target, index) => {
            let count = 0
            const listener = (): unknown => count++
            const both = (): unknown[] => [
              resultOf(() => { target.addEventListener('x', listener, addOptions([]) as boolean) }), // prettier-ignore
              resultOf(() => { target.removeEventListener('x', listener, removeOptions([]) as boolean) }), // prettier-ignore
            ]
            const results = index === 0 ? within('while an event of the same type is dispatched', target, both) : both()
            for (let time = 0; time < 2; time++) target.dispatchEvent(new Event('x'))
            remove(target, listener)
            return [results, count]
          })
          equal(ours, platforms, `added with ${added}, removed with ${removed}`)
        }
      }
    },
  },
]

const WITHOUT_SIGNALS = Object.fromEntries(Object.entries(OPTIONS).filter(([name]) => !/signal|getters/.test(name)))

/** Runs a call outside or during a dispatch, and returns its outcome. */
function within<T>(place: Place, target: EventTarget, call: () => T): T | undefined {
  if (place === 'outside a dispatch') return call()
  let outcome: T | undefined
  const type = place === 'while an event of the same type is dispatched' ? 'x' : 'y'
  target.addEventListener(type, () => (outcome = call()), { once: true })
  target.dispatchEvent(new Event(type))
  return outcome
}

function outcomeOf(target: EventTarget, method: Method, makeArguments: Arguments): unknown {
  const log: string[] = []
  const args = makeArguments(log, () => undefined)
  const result = resultOf(() => Reflect.apply(target[method] as () => unknown, target, args))
  remove(target, args[1] as () => void)
  return [result, log]
}

/** Removes the listener. Workers throw if `capture` is true. */
function remove(target: EventTarget, listener: () => void): void {
  for (const capture of [false, true]) {
    resultOf(() => {
      target.removeEventListener('x', listener, capture)
    })
  }
}

/** The return value or the exception of a call. */
function resultOf(call: () => unknown): unknown {
  try {
    return ['returned', String(call())]
  } catch (error) {
    const { name, constructor, message, code } = error as Error & { code?: unknown }
    return ['threw', name, constructor.name, message.replaceAll('EventSource', 'EventTarget'), code]
  }
}

/** Each value under a unique name. */
function values(...given: unknown[]): Record<string, () => unknown> {
  const name = (value: unknown): string =>
    typeof value === 'object' ? JSON.stringify(value) : `${typeof value} ${String(value).slice(0, 20)}`
  return Object.fromEntries(given.map((value, index) => [`${name(value)} (${index})`, () => value]))
}

/** One call per value. */
function calls(
  what: string,
  table: Record<string, (log: string[]) => unknown>,
  args: (value: unknown, listener: () => void, log: string[]) => unknown[],
): Record<string, Arguments> {
  return Object.fromEntries(
    Object.entries(table).map(([name, value]) => [
      `${what}: ${name}`,
      (log: string[], listener: () => void) => args(value(log), listener, log),
    ]),
  )
}

function flags(prototype: object, name: string): unknown {
  for (let at: object | null = prototype; at; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertyDescriptor(at, name)
    if (found) return [found.writable, found.enumerable, found.configurable]
  }
  return undefined
}
