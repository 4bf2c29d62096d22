/** The global object with the members that only some runtimes have, and what stands in for some of them. */

/** How often an event loop has gone round: in Node from 20.18 on. */
interface CountedLoop {
  readonly uvMetricsInfo: { loopCount: number }
}

interface RuntimeGlobals {
  /** Node, Deno, Bun */
  process?: {
    versions?: Record<string, string | undefined>
    getBuiltinModule?: (
      id: 'node:diagnostics_channel',
    ) => { channel(name: string): { hasSubscribers: boolean; publish(message: unknown): void } } | undefined
  }
  Bun?: unknown
  /** Workers */
  WebSocketPair?: unknown
  setImmediate?: (task: () => void) => unknown
  setTimeout: typeof setTimeout
  queueMicrotask?: typeof queueMicrotask
  performance?: { now(): number; nodeTiming?: object | CountedLoop }
  MessageChannel?: typeof MessageChannel
  document?: {
    baseURI: string
    characterSet?: string
    hidden?: boolean
    createElement(name: 'a'): { href: string }
    addEventListener?: typeof addEventListener
    removeEventListener?: typeof removeEventListener
  }
  /** Workers of browsers */
  importScripts?: unknown
  location?: { href: string }
  /** Only browsers' has `onLine`; React Native's has `product`, as browsers' has. */
  navigator?: { onLine?: boolean; product?: string }
  addEventListener?: typeof addEventListener
  removeEventListener?: typeof removeEventListener
  reportError?: (error: unknown) => void
  fetch?: typeof fetch & { polyfill?: boolean }
  Request?: typeof Request
  Response?: typeof Response
  AbortController?: typeof AbortController
  TextDecoder?: typeof TextDecoder
  URL?: typeof URL
  ReadableStream?: typeof ReadableStream
  TransformStream?: typeof TransformStream
  Event?: typeof Event
  EventTarget?: typeof EventTarget
  MessageEvent?: typeof MessageEvent
  DOMException?: typeof DOMException
  EventSource?: unknown
}

/** Members are tested for where they are used; when the modules load, only the base classes are read. */
export const runtime = globalThis as unknown as RuntimeGlobals

/** Milliseconds since some moment, by a monotonic clock if there is one. */
export function now(): number {
  return (runtime.performance ?? Date).now()
}

/** A `DOMException` of that name, or an `Error` of that name where there are none. */
export function domException(message: string, name: string): Error {
  if (runtime.DOMException) return new runtime.DOMException(message, name)
  return Object.defineProperty(new Error(message), 'name', { value: name, configurable: true, writable: true })
}

/** Reports an error as the runtime does when a listener throws: `error` events of the window, `uncaughtException` in Node. */
export function reportError(error: unknown): void {
  if (runtime.reportError) {
    runtime.reportError(error)
  } else {
    const later = runtime.queueMicrotask ?? setTimeout
    later(() => {
      throw error
    })
  }
}

/** `Symbol.asyncIterator`, or what compiled loops look for where there is none. */
export function chooseAsyncIterator(): typeof Symbol.asyncIterator {
  return (Symbol as { asyncIterator?: typeof Symbol.asyncIterator }).asyncIterator ?? ('@@asyncIterator' as never)
}

/** Defines the method that `using` or `await using` calls, where the runtime has its symbol. */
export function defineDispose(prototype: object, symbol: 'dispose' | 'asyncDispose', dispose: () => unknown): void {
  if (!(symbol in Symbol)) return
  Object.defineProperty(dispose, 'name', { value: `[Symbol.${symbol}]`, configurable: true })
  Object.defineProperty(prototype, Symbol[symbol], { value: dispose, writable: true, configurable: true })
}

/** Defines the global `EventSource` as WebIDL defines an interface object: writable, configurable, not enumerable. */
export function installEventSource(EventSource: unknown): void {
  Object.defineProperty(globalThis, 'EventSource', {
    value: EventSource,
    writable: true,
    enumerable: false,
    configurable: true,
  })
}
