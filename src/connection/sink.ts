/** What a connection reports, and to whom. */

import type { ConnectionError } from './connection-error.ts'
import type { FetchLikeResponse } from './request.ts'

/** The last event ID string after a stream has said one: empty, it resets one that there is, and there may be none. */
export function lastEventIdAfter(before: string | undefined, said: string): string | undefined {
  return said === '' && before === undefined ? undefined : said
}

/** Who a connection works for. After `close()` it calls nothing more. */
export interface ConnectionSink {
  /**
   * The last event ID string as of the last message that was delivered: what a reconnection sends. Undefined where neither
   * the stream nor the caller has named one.
   */
  readonly lastEventId: string | undefined
  /** A good response has come, or there is a stream without one. `origin` is that of its messages. */
  open(response: FetchLikeResponse | undefined, origin: string): void
  /** `id` is what the message itself says, if anything. */
  message(type: string, data: string, lastEventId: string, id: string | undefined): void
  /** The last event ID string has changed without a message. */
  id(lastEventId: string): void
  /** Called where the caller wants comments. */
  comment(text: string): void
  /** Asked after each chunk, of so many bytes: a promise holds reading back until it resolves. */
  backpressure(bytes: number): Promise<void> | undefined
  /** Undefined where what comes is waited for; a promise resolves when it is: until then, silence is none. */
  demand(): Promise<void> | undefined
  /** Resolves when all that was reported has been delivered. */
  delivered(): Promise<void>
  /** The connection is lost and will be reestablished after so many ms, which begin when the promise resolves. */
  lost(failure: ConnectionError, delay: number): Promise<void>
  /**
   * The connection has failed, or is over: its stream has ended, or the server says so. Resolves when that has been announced.
   */
  failed(failure: ConnectionError, isEnd: boolean): Promise<void>
  /** The caller's signal has closed the connection. */
  aborted(): void
}
