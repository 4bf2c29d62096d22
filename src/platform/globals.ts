/** The global object, seen with the members that only some runtimes have. */

interface RuntimeGlobals {
  /** Node, Deno, Bun */
  process?: { versions?: Record<string, string | undefined> }
  Bun?: unknown
  setImmediate?: (task: () => void) => unknown
  setTimeout: typeof setTimeout
  /** Chromium, Firefox */
  scheduler?: { postTask?: (task: () => void) => Promise<unknown> }
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
  /** Only browsers' has `onLine`. */
  navigator?: { onLine?: boolean }
  addEventListener?: typeof addEventListener
  removeEventListener?: typeof removeEventListener
  reportError?: (error: unknown) => void
  fetch?: typeof fetch
  Request?: typeof Request
  Event?: typeof Event
  EventTarget?: typeof EventTarget
  MessageEvent?: typeof MessageEvent
  DOMException?: typeof DOMException
  EventSource?: unknown
}

/** Members are tested for where they are used; when the modules load, nothing is read but the base classes. */
export const runtime = globalThis as unknown as RuntimeGlobals
