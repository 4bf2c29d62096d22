/** The global object with the members that only some runtimes have, and what stands in for some of them. */

import { isFunction } from '../input/checks.ts'

/** How often an event loop has gone round: in Node from 20.18 on. */
interface CountedLoop {
  readonly uvMetricsInfo: { loopCount: number }
}

interface DiagnosticsChannels {
  channel(name: string): { hasSubscribers: boolean; publish(message: unknown): void }
}

interface NodeEvents {
  defaultMaxListeners: number
  getMaxListeners(target: object): number
  setMaxListeners(count: number, target: object): void
}

interface RuntimeGlobals {
  /** Node, Deno, Bun */
  process?: {
    versions?: Record<string, string | undefined>
    getBuiltinModule?: {
      (id: 'node:diagnostics_channel'): DiagnosticsChannels | undefined
      (id: 'node:events'): NodeEvents | undefined
    }
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

/** The result of a look at the host; undefined if it throws: stubs and hardened globals must not stop a connection. */
export function tryGet<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}

/** A function or class of the host; undefined where it is missing or a stub. */
export function hostFunction<Name extends keyof RuntimeGlobals>(name: Name): RuntimeGlobals[Name] | undefined {
  const value = tryGet(() => runtime[name])
  return isFunction(value) ? value : undefined
}

/** A page, or a worker of a browser. */
export function isBrowser(): boolean {
  return tryGet(() => runtime.document ?? runtime.importScripts) !== undefined
}

/** Node, or a runtime that says so, and Electron's pages too. */
export function isNode(): boolean {
  return Boolean(tryGet(() => runtime.process?.versions?.node))
}

/**
 * Node or a runtime like it, outside of a page. VS Code's extension host reports each read of `navigator` as a fault of the extension,
 * so this is asked first. (test/unit/platform, "navigator")
 */
export function isNodeProcess(): boolean | undefined {
  return isNode() && !isBrowser()
}

/** Milliseconds since some moment, by a monotonic clock if there is one. */
export function now(): number {
  return tryGet(() => runtime.performance?.now()) ?? Date.now()
}

/** A `DOMException` of that name, or an `Error` of that name where there are none. */
export function domException(message: string, name: string): Error {
  const exception = tryGet(() => runtime.DOMException && new runtime.DOMException(message, name))
  if (exception) return exception
  return Object.defineProperty(new Error(message), 'name', { value: name, configurable: true, writable: true })
}

/** Reports an error as the runtime does when a listener throws: `error` events of the window, `uncaughtException` in Node. */
export function reportError(error: unknown): void {
  const report = hostFunction('reportError')
  if (report) report(error)
  else {
    const later = hostFunction('queueMicrotask') ?? setTimeout
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
