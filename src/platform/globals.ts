/** The global object, including members that only some runtimes have, and fallbacks for some of them. */

import { isFunction } from '../input/checks.ts'

/** Counts event loop iterations, in Node 20.18 and later. */
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
    listenerCount?: (event: string) => number
    hasUncaughtExceptionCaptureCallback?: () => boolean
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
  /** Only browsers have `onLine`; browsers and React Native have `product`. */
  navigator?: { onLine?: boolean; product?: string; locks?: LockManager }
  BroadcastChannel?: typeof BroadcastChannel
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

/** Members are feature-tested when they are used; only the base classes are read when the modules load. */
export const runtime = globalThis as unknown as RuntimeGlobals

/** Reads from the host; undefined if that throws, because stubs and hardened globals must not stop a connection. */
export function tryGet<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}

/** A function or class of the host; undefined if it is missing or a stub. */
export function hostFunction<Name extends keyof RuntimeGlobals>(name: Name): RuntimeGlobals[Name] | undefined {
  const value = tryGet(() => runtime[name])
  return isFunction(value) ? value : undefined
}

/** Whether this is a page or a browser's worker. */
export function isBrowser(): boolean {
  return tryGet(() => runtime.document ?? runtime.importScripts) !== undefined
}

/** Whether this is Node, a runtime that claims to be, or an Electron page. */
export function isNode(): boolean {
  return Boolean(tryGet(() => runtime.process?.versions?.node))
}

/**
 * Whether this is Node or a compatible runtime, outside of a page. Check this before reading `navigator`, which VS Code's
 * extension host reports as an error of the extension. (test/unit/platform, "navigator")
 */
export function isNodeProcess(): boolean | undefined {
  return isNode() && !isBrowser()
}

/** Milliseconds since an arbitrary time, from a monotonic clock if available. */
export function now(): number {
  return tryGet(() => runtime.performance?.now()) ?? Date.now()
}

/** A `DOMException` with that name, or an `Error` if the runtime lacks `DOMException`. */
export function domException(message: string, name: string): Error {
  const exception = tryGet(() => runtime.DOMException && new runtime.DOMException(message, name))
  if (exception) return exception
  return Object.defineProperty(new Error(message), 'name', { value: name, configurable: true, writable: true })
}

/** Reports an error as if a listener had thrown it: an `error` event of the window, `uncaughtException` in Node. */
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

/** `Symbol.asyncIterator`, or the key that compiled loops use without it. */
export function chooseAsyncIterator(): typeof Symbol.asyncIterator {
  return (Symbol as { asyncIterator?: typeof Symbol.asyncIterator }).asyncIterator ?? ('@@asyncIterator' as never)
}

/** Defines the method for `using` or `await using` if the runtime has the symbol. */
export function defineDispose(prototype: object, symbol: 'dispose' | 'asyncDispose', dispose: () => unknown): void {
  if (!(symbol in Symbol)) return
  Object.defineProperty(dispose, 'name', { value: `[Symbol.${symbol}]`, configurable: true })
  Object.defineProperty(prototype, Symbol[symbol], { value: dispose, writable: true, configurable: true })
}

/** Defines the global `EventSource` like a WebIDL interface object: writable, configurable, not enumerable. */
export function installEventSource(EventSource: unknown): void {
  Object.defineProperty(globalThis, 'EventSource', {
    value: EventSource,
    writable: true,
    enumerable: false,
    configurable: true,
  })
}
