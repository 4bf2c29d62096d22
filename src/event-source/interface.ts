/** The public types of `EventSource`, in the manner of lib.dom. */

import type { EventSourceInit } from '../connection/options.ts'
import type { ErrorEvent, OpenEvent } from './events.ts'

declare global {
  interface SymbolConstructor {
    /** Declared here too, for programs that are compiled without lib.esnext.disposable. */
    readonly dispose: unique symbol
  }
}

/** A message of the stream: a `MessageEvent` whose `data` is a string. */
export interface SourceMessageEvent extends MessageEvent {
  readonly data: string
  /** The origin of the stream's final URL, after redirects. */
  readonly origin: string
  /** The last event ID string as of this message. */
  readonly lastEventId: string
  readonly source: null
  readonly ports: readonly []
}

/** The events of a source that have a type of their own; messages of other types are `SourceMessageEvent`s too. */
export interface EventSourceEventMap {
  open: OpenEvent
  message: SourceMessageEvent
  error: ErrorEvent
}

// Handlers can be read loosely, so that an EventSource of ours may stand where lib.dom's is asked for.
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
type LooseHandler = ((this: any, event: any) => any) | null

// Not lib.dom's names: a program with @types/node alone does not have them.
type Listener = ((event: Event) => void) | { handleEvent(event: Event): void }

interface ListenerOptions {
  capture?: boolean | undefined
  once?: boolean | undefined
  passive?: boolean | undefined
  signal?: AbortSignal | undefined
}

type Handler<E extends Event> = ((this: EventSource, event: E) => unknown) | null

/** Receives server-sent events. (HTML standard, 9.2.2, "the EventSource interface") */
export interface EventSource extends EventTarget {
  /** The serialized URL that was given. It never changes, redirects included. */
  readonly url: string
  /** Whether cookies go along to other origins. */
  readonly withCredentials: boolean
  /** `CONNECTING` (0), `OPEN` (1) or `CLOSED` (2). */
  readonly readyState: 0 | 1 | 2

  readonly CONNECTING: 0
  readonly OPEN: 1
  readonly CLOSED: 2

  /** Called when the connection has been established, each time. */
  get onopen(): LooseHandler
  set onopen(handler: Handler<OpenEvent>)
  /** Called for each message of type `message`, which is the type of those that name none. */
  get onmessage(): LooseHandler
  set onmessage(handler: Handler<SourceMessageEvent>)
  /** Called when the connection was lost (`readyState` is CONNECTING) or has failed (CLOSED). */
  get onerror(): LooseHandler
  set onerror(handler: Handler<ErrorEvent>)

  /** Closes the connection, if any; nothing fires after it. */
  close(): void

  /**
   * Drops the connection, with what it had not dispatched yet, and connects again at once, without an `error` event. Does
   * nothing when CLOSED. Not in the standard.
   */
  reconnect(): void

  /** The same as `close()`, for `using`; where the runtime has `Symbol.dispose`. */
  [Symbol.dispose](): void

  /**
   * The last event ID string as of the last message, which a reconnection sends as `Last-Event-ID`. Not in the standard yet
   * (whatwg/html pull request 12272).
   */
  readonly lastEventId: string
  /**
   * How long to wait before reconnecting, in ms: 3,000 until the server's `retry` says otherwise. Not in the standard yet
   * (whatwg/html pull request 12272).
   */
  readonly reconnectionTime: number

  addEventListener<Type extends keyof EventSourceEventMap>(
    type: Type,
    listener: (this: EventSource, event: EventSourceEventMap[Type]) => unknown,
    options?: boolean | ListenerOptions,
  ): void
  addEventListener(
    type: string,
    listener: (this: EventSource, event: SourceMessageEvent) => unknown,
    options?: boolean | ListenerOptions,
  ): void
  addEventListener(type: string, listener: Listener | null, options?: boolean | ListenerOptions): void
  removeEventListener<Type extends keyof EventSourceEventMap>(
    type: Type,
    listener: (this: EventSource, event: EventSourceEventMap[Type]) => unknown,
    options?: boolean | Pick<ListenerOptions, 'capture'>,
  ): void
  removeEventListener(
    type: string,
    listener: (this: EventSource, event: SourceMessageEvent) => unknown,
    options?: boolean | Pick<ListenerOptions, 'capture'>,
  ): void
  removeEventListener(
    type: string,
    listener: Listener | null,
    options?: boolean | Pick<ListenerOptions, 'capture'>,
  ): void
}

/** The class `EventSource`. */
export interface EventSourceConstructor {
  /**
   * Connects to `url`, which is resolved against the document's base URL or the worker's location where there is one.
   *
   * @throws a `TypeError` when an option is wrong, naming it
   * @throws a `DOMException` named `SyntaxError` when the URL is not valid
   */
  new (url: string | URL, options?: EventSourceInit | null): EventSource
  readonly prototype: EventSource
  readonly CONNECTING: 0
  readonly OPEN: 1
  readonly CLOSED: 2
}
