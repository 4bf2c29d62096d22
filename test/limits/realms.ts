/** Realms with chosen globals, to simulate runtimes with missing parts. */

import vm from 'node:vm'

type Globals = Record<string, unknown>

/** Globals outside the language that some runtimes lack. */
const NAMES = [
  'AbortController',
  'AbortSignal',
  'Blob',
  'DOMException',
  'Event',
  'EventTarget',
  'FormData',
  'Headers',
  'MessageChannel',
  'MessageEvent',
  'ReadableStream',
  'Request',
  'Response',
  'TextDecoder',
  'TextDecoderStream',
  'TextEncoder',
  'TransformStream',
  'URL',
  'URLSearchParams',
  'WritableStream',
  'btoa',
  'clearTimeout',
  'crypto',
  'fetch',
  'navigator',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setTimeout',
  'structuredClone',
] as const

/** All of them, as in Node. */
function all(): Globals {
  const host = globalThis as unknown as Globals
  return Object.fromEntries(NAMES.map((name) => [name, host[name]]))
}

/** Parts that a runtime may lack: globals and their members. */
export const PARTS = [
  ...NAMES.filter((name) => !name.endsWith('Timeout')),
  'AbortSignal.any',
  'AbortSignal.timeout',
  'Symbol.asyncIterator',
  'Symbol.asyncDispose',
  'Symbol.dispose',
]

export interface Realm {
  context: vm.Context
  /** Names of the globals read so far. */
  read: Set<string>
}

/** Creates a realm with these globals and those of the language. */
export function realm(globals: Globals): Realm {
  const read = new Set<string>()
  const context = vm.createContext({})
  for (const [name, given] of Object.entries(globals)) {
    let value = given
    Object.defineProperty(context, name, {
      get: () => {
        read.add(name)
        return value
      },
      set: (replacement) => {
        value = replacement
      },
      configurable: true,
      enumerable: false,
    })
  }
  return { context, read }
}

/** A complete runtime. */
export function everything(): Realm {
  return realm({ ...all(), MessagePort })
}

/** A runtime without this part. */
export function without(part: string): Realm {
  const [name = '', member] = part.split('.')
  const globals = all()
  if (member === undefined) Reflect.deleteProperty(globals, name)
  else if (name !== 'Symbol') globals[name] = withoutMember(globals[name] as object, member)
  const made = realm(globals)
  if (name === 'Symbol' && member !== undefined) {
    const own = vm.runInContext('Symbol', made.context) as object
    made.context.Symbol = withoutMember(own, member)
  }
  return made
}

/** A complete runtime with these changes. */
export function changed(changes: PropertyDescriptorMap): vm.Context {
  const { context } = realm(all())
  for (const [name, change] of Object.entries(changes)) {
    Object.defineProperty(context, name, { configurable: true, ...change })
  }
  return context
}

/** A runtime whose `Event` and `EventTarget` don't create instances of subclasses, as in Firefox content scripts. */
export function withoutSubclasses(): Realm {
  const globals = all()
  for (const name of ['Event', 'EventTarget']) {
    globals[name] = new Proxy(globals[name] as new () => object, {
      construct: (target, args) => Reflect.construct(target, args) as object,
    })
  }
  return realm(globals)
}

/** Copies an object without a member that may not be deletable. */
function withoutMember(object: object, member: string): object {
  const copy =
    typeof object === 'function' ? (...args: never[]) => (object as (...args: never[]) => unknown)(...args) : {}
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
    if (name !== member) Object.defineProperty(copy, name, property)
  }
  return copy
}
