/** What `streamEvents` returns. */

import { Connection } from '../connection/connection.ts'
import type { Opener } from '../connection/exchange.ts'
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

/** What `response` rejects with. */
const CLOSED_EARLY = 'The EventStream was closed before it had a response'

export const EventStream: EventStreamConstructor = /* @__PURE__ */ defineEventStream()

/** In a function that a bundler can drop when nobody uses the class. */
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
        return { state: this.#connection.phase, members: { url: displayURL(url), lastEventId, reconnectionTime } }
      })
      // An executor runs at once.
      let owner!: ConstructorParameters<typeof Inbox>[0]
      this.#response = new Promise((resolve, reject) => {
        owner = {
          opened: (response) => {
            // Or as much of one as the caller's fetch returned.
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
      this.#inbox.end()
    }

    [asyncIterator](): EventIterator<StreamEvent> {
      if (this.#isTaken) {
        throw new TypeError(
          'This EventStream has a reader already. For two of them, tee() the body or clone() the Response first',
        )
      }
      this.#isTaken = true
      const inbox = this.#inbox
      return {
        next: () => inbox.next(),
        return: () => {
          inbox.end()
          return Promise.resolve({ done: true, value: undefined })
        },
        throw: (error) => {
          inbox.end()
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the caller has thrown
          return Promise.reject(error)
        },
        [asyncIterator]() {
          return this
        },
      }
    }
  }

  defineInspection(EventStream, previewOf)
  // Not left to a minifier, which renames classes.
  Object.defineProperty(EventStream, 'name', { value: 'EventStream', configurable: true })
  defineDispose(EventStream.prototype, 'asyncDispose', function (this: EventStream) {
    this.close()
    return Promise.resolve()
  })
  // A class cannot declare what is defined where the runtime has it.
  return EventStream as unknown as EventStreamConstructor
}
