/** Defines the class `SharedEventSource`. */

import {
  assertSupported,
  CACHED,
  checked,
  CLOSED,
  CONNECTING,
  Connection,
  ConnectionError,
  defineConstants,
  defineDispose,
  defineInspection,
  defineInterface,
  Dispatcher,
  displayURL,
  EventTargetBase,
  FetchOpener,
  HandlerAttributes,
  isString,
  keepPrototype,
  missingBaseClasses,
  onPageShow,
  onWake,
  OPEN,
  option,
  optionMembers,
  parseURL,
  patchEventTarget,
  raiseListenerLimit,
  readOptions,
  subscribe,
  toDOMString,
  withoutCredentials,
  watchPage,
  type ConnectionOptions,
  type FailureReason,
  type ReadyState,
} from './core.ts'
import { createHost } from './host.ts'
import type { SharedEventSourceConstructor } from './interface.ts'
import { createLeaderSink } from './leader-sink.ts'
import type { Member, MemberOwner } from './member-types.ts'
import { createMember } from './member.ts'
import { keyOf, type Entry, type PlainError } from './protocol.ts'

/** Options that change the request. Contexts that use them differently must not share a connection. */
const REQUEST_OPTIONS = ['method', 'headers', 'body', 'resume', 'fetch', 'fetchOptions', 'dispatcher', 'node']

/** A function, so that bundlers can drop an unused class. */
export function defineSharedEventSource(): SharedEventSourceConstructor {
  class SharedEventSource extends EventTargetBase {
    readonly #url: URL
    readonly #options: ConnectionOptions
    readonly #dispatcher: Dispatcher
    readonly #member: Member
    /** Of the last connection, here or elsewhere, in ms. */
    #reconnectionTime: number
    readonly #unsubscribes: ((() => void) | undefined)[] = []
    #handlers: HandlerAttributes | undefined
    #connection: Connection | undefined
    #isClosed = false
    /** Whether `reconnect()` was called, and the connection has not been lost yet. */
    #isReconnecting = false

    constructor(...args: [url?: unknown, options?: unknown]) {
      if (args.length === 0) throw new TypeError('SharedEventSource needs a URL')
      assertSupported('SharedEventSource', ['AbortController', 'TextDecoder', 'URL'], missingBaseClasses())
      patchEventTarget(SharedEventSource.prototype)
      super()
      keepPrototype(this, new.target)
      const input = toDOMString(args[0])
      const options = readOptions(args[1])
      const url = parseURL(input)
      const name = readName(args[1], options, url)
      const { withCredentials, lastEventId, onComment, signal } = options
      this.#url = url
      this.#options = options
      this.#dispatcher = new Dispatcher(this, lastEventId, onComment)
      this.#reconnectionTime = options.reconnectionTime
      const owner: MemberOwner = {
        loss: lossOf(url),
        pausesSilently: options.whenHidden === 'close',
        getReconnectionTime: () => this.reconnectionTime,
        setReconnectionTime: (ms) => {
          this.#reconnectionTime = ms
        },
        deliver: (entry) => void this.#deliver(entry),
        connect: this.#connect.bind(this),
        disconnect: () => {
          this.#reconnectionTime = this.reconnectionTime
          this.#connection?.close()
          this.#connection = undefined
        },
        reconnect: () => {
          const entry: Entry = ['connecting']
          this.#member.commit(entry, () => void this.#deliver(entry))
          if (this.#connection) this.#connection.reconnect()
          else this.#connect(true)
        },
      }
      this.#member = createMember(createHost(keyOf(url, withCredentials, name)), owner, lastEventId)
      if (signal?.aborted) this.close()
      else this.#start()
    }

    get url(): string {
      return this.#url.href
    }
    get withCredentials(): boolean {
      return this.#options.withCredentials
    }
    get readyState(): ReadyState {
      const { readyState } = this.#dispatcher
      return this.#isReconnecting && readyState === OPEN ? CONNECTING : readyState
    }
    get lastEventId(): string {
      return this.#dispatcher.lastEventId ?? ''
    }
    get reconnectionTime(): number {
      return this.#connection?.reconnectionTime ?? this.#reconnectionTime
    }
    get shared(): boolean {
      return this.#member.isShared
    }
    get leads(): boolean {
      return this.#member.leads
    }

    /** Created on first use, because many sources use listeners only. */
    #attributes(): HandlerAttributes {
      return (this.#handlers ??= new HandlerAttributes(this))
    }
    get onopen(): object | null {
      return this.#attributes().get('open')
    }
    set onopen(value: unknown) {
      this.#attributes().set('open', value)
    }
    get onmessage(): object | null {
      return this.#attributes().get('message')
    }
    set onmessage(value: unknown) {
      this.#attributes().set('message', value)
    }
    get onerror(): object | null {
      return this.#attributes().get('error')
    }
    set onerror(value: unknown) {
      this.#attributes().set('error', value)
    }

    close(): void {
      this.#member.leave()
      this.#dispatcher.close()
      this.#end()
    }
    reconnect(): void {
      if (this.#isClosed) return
      this.#isReconnecting = true
      this.#member.reconnect()
    }

    #start(): void {
      const { signal, whenHidden } = this.#options
      const closesHidden = whenHidden === 'close'
      const member = this.#member
      const join = (): void => {
        if (!this.#isClosed) member.join()
      }
      const joinWhenShown = (): void => {
        const shown = page?.whenShown()
        if (shown) void shown.then(join)
        else join()
      }
      const page = watchPage(
        {
          abort: this.close.bind(this),
          suspend: (failure) => {
            if (failure === CACHED) member.pause()
            else member.look()
          },
          pause: () => {
            member.pause()
            joinWhenShown()
          },
        },
        closesHidden,
      )
      this.#unsubscribes.push(
        signal && subscribe(raiseListenerLimit(signal), 'abort', this.close.bind(this)),
        page?.close.bind(page),
        onWake(() => {
          member.look()
        }),
        closesHidden ? undefined : onPageShow(join),
      )
      joinWhenShown()
    }

    #end(): void {
      this.#isClosed = true
      for (const unsubscribe of this.#unsubscribes.splice(0)) unsubscribe?.()
    }

    #connect(isSuccessor: boolean): void {
      const options = this.#options
      const opener = new FetchOpener(this.#url, options)
      opener.hasSent = isSuccessor
      const isLost = (): boolean => this.#connection === connection && connection.phase === 'deciding'
      const connection = new Connection(
        this,
        opener,
        // This class handles the signal and the page.
        { ...options, reconnectionTime: this.#reconnectionTime, signal: undefined, whenHidden: 'keep' },
        createLeaderSink(this.#member, this.#dispatcher, this.#deliver.bind(this), isLost, this.close.bind(this)),
      )
      this.#connection = connection
      connection.start()
    }

    async #connecting(): Promise<void> {
      await this.#dispatcher.deciding()
      this.#isReconnecting = false
    }

    /** @param error of this context's own connection */
    #deliver(entry: Entry, error?: ConnectionError): Promise<void> | undefined {
      const dispatcher = this.#dispatcher
      switch (entry[0]) {
        case 'open':
          if (this.#isReconnecting) void this.#connecting()
          dispatcher.open(undefined, entry[1])
          return undefined
        case 'message':
          dispatcher.message(entry[1], entry[2], entry[3])
          return undefined
        case 'id':
          dispatcher.id(entry[1])
          return undefined
        case 'lost':
          return dispatcher.lost(error ?? errorOf(entry[1], this.#url), entry[2])
        case 'failed':
          this.#member.retire()
          this.#end()
          return dispatcher.failed(error ?? errorOf(entry[1], this.#url))
        default:
          return this.#connecting()
      }
    }
  }

  defineInspection(SharedEventSource, ({ readyState, lastEventId, reconnectionTime, url, shared, leads }) => ({
    state: ['CONNECTING', 'OPEN', 'CLOSED'][readyState] ?? '',
    members: { url: displayURL(new URL(url)), lastEventId, reconnectionTime, shared, leads },
  }))
  defineInterface(SharedEventSource, 'SharedEventSource', 1)
  defineDispose(SharedEventSource.prototype, 'dispose', function (this: SharedEventSource) {
    this.close()
  })
  defineConstants(SharedEventSource, { CONNECTING, OPEN, CLOSED })
  // A class can't declare the constants and the typed listeners of the interface.
  return SharedEventSource as unknown as SharedEventSourceConstructor
}

function readName(init: unknown, { method, policy }: ConnectionOptions, { username, password }: URL): string {
  const given = optionMembers(init)
  const name = checked(option('name'), given.name, isString, 'a string') ?? ''
  const changing = REQUEST_OPTIONS.find((member) => given[member] !== undefined)
  if (name === '' && (changing !== undefined || username !== '' || password !== '')) {
    const user = changing === undefined ? 'A URL with a user or password' : option(changing)
    throw new TypeError(`${user} needs a "name" too: contexts with the same URL and "name" share a connection`)
  }
  if (!policy.reconnects) {
    const needed = given.reconnect === false ? 'must not be false' : `is needed with ${method}`
    throw new TypeError(`${option('reconnect')} ${needed}: another context may have to connect again`)
  }
  return name
}

function lossOf(url: URL): Entry {
  const message = `Messages of the event stream at ${displayURL(url)} may be missing`
  return ['lost', { message, reason: 'network', attempt: 1, endedMidEvent: false }, 0]
}

function errorOf({ message, reason, ...members }: PlainError, url: URL): ConnectionError {
  return new ConnectionError(message, { ...members, reason: reason as FailureReason, url: withoutCredentials(url) })
}
