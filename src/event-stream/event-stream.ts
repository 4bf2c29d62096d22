/** `EventStream`, the result of `streamEvents`. */

import { Connection } from '../connection/connection.ts'
import type { Opener } from '../connection/exchange.ts'
import { previewOfLimit } from '../connection/idle-timeout.ts'
import type { ConnectionOptions } from '../connection/read-options.ts'
import { displayURL } from '../connection/url.ts'
import type { StreamEvent } from '../decoder/stream-event.ts'
import { defineDispose } from '../platform/globals.ts'
import { chooseAsyncIterator, defineInspection, domException, previewOf, setPreview } from '../platform/platform.ts'
import { Inbox } from './inbox.ts'
import type { EventIterator, EventStream as EventStreamInstance } from './interface.ts'

type EventStreamConstructor = new (
  url: URL,
  opener: Opener,
  options: ConnectionOptions,
  readAhead: number,
) => EventStreamInstance

const CLOSED_EARLY = 'The EventStream was closed before a response arrived'

export const EventStream: EventStreamConstructor = /* @__PURE__ */ defineEventStream()

/** A function, so that bundlers can drop an unused class. */
function defineEventStream(): EventStreamConstructor {
  const asyncIterator: typeof Symbol.asyncIterator = chooseAsyncIterator()
  class EventStream {
    readonly #inbox: Inbox
    readonly #connection: Connection
    readonly #response: Promise<Response>
    #isTaken = false

    constructor(url: URL, opener: Opener, options: ConnectionOptions, readAhead: number) {
      setPreview(this, () => {
        const { lastEventId, reconnectionTime } = this
        const members = {
          url: displayURL(url),
          lastEventId,
          reconnectionTime,
          ...previewOfLimit(this.#connection.idleLimit),
        }
        return { state: this.#connection.phase, members }
      })
      // Assigned by the executor, which runs synchronously.
      let owner!: ConstructorParameters<typeof Inbox>[0]
      this.#response = new Promise((resolve, reject) => {
        owner = {
          opened: (response) => {
            // A custom fetch may return an object with only some of the members of Response.
            if (response) resolve(response as Response)
            else reject(new TypeError('A stream has no Response'))
          },
          ended: (reason) => {
            this.#connection.close()
            // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a signal's reason may be anything
            reject(reason ? reason.error : domException(CLOSED_EARLY, 'AbortError'))
          },
        }
      })
      this.#response.catch(() => undefined)
      this.#inbox = new Inbox(owner, { ...options, readAhead })
      this.#connection = new Connection(this, opener, options, this.#inbox)
      this.#connection.start()
    }

    get lastEventId(): string {
      return this.#inbox.lastEventId ?? ''
    }
    get reconnectionTime(): number {
      return this.#connection.reconnectionTime
    }
    get endedMidEvent(): boolean {
      return this.#inbox.endedMidEvent
    }
    get response(): Promise<Response> {
      return this.#response
    }

    close(): void {
      this.#inbox.close()
    }

    [asyncIterator](): EventIterator<StreamEvent> {
      if (this.#isTaken) {
        throw new TypeError(
          'This EventStream already has a reader. For two readers, tee() the body or clone() the Response first',
        )
      }
      this.#isTaken = true
      const inbox = this.#inbox
      return {
        next: () => inbox.next(),
        return: () => {
          inbox.close()
          return Promise.resolve({ done: true, value: undefined })
        },
        throw: (error) => {
          inbox.close()
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller may throw anything
          return Promise.reject(error)
        },
        [asyncIterator]() {
          return this
        },
      }
    }
  }

  defineInspection(EventStream, previewOf)
  // Set explicitly, because minifiers rename classes.
  Object.defineProperty(EventStream, 'name', { value: 'EventStream', configurable: true })
  defineDispose(EventStream.prototype, 'asyncDispose', function (this: EventStream) {
    this.close()
    return Promise.resolve()
  })
  // A class can't declare members that exist only in some runtimes.
  return EventStream as unknown as EventStreamConstructor
}
