/** The global object, seen with the members that only some runtimes have. */

/** What tells how often an event loop has gone round: Node's, from 20.18 on. */
export interface CountedLoop {
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
  /** Chromium, Firefox */
  scheduler?: unknown
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

/** Members are tested for where they are used; when the modules load, nothing is read but the base classes. */
export const runtime = globalThis as unknown as RuntimeGlobals
