/** What the caller has to say when a connection is lost. */

import { CallerError } from './caller-error.ts'
import { ConnectionError, type Failure } from './connection-error.ts'
import type { Exchange } from './exchange.ts'
import type { Policy } from './policy.ts'
import { readAnswer } from './reconnect.ts'

/** A failure, and what is to be done about it. */
export interface Verdict {
  error: ConnectionError
  /** Undefined where nobody was asked or had an opinion, false also where what was asked has failed; a wait is in ms. */
  answer: boolean | number | undefined
  /** Whether there was no fault: the stream has ended, or the server says so. */
  isEnd: boolean
}

/** Asks `shouldReconnect` where the policy has one. */
export async function ask({ shouldReconnect }: Policy, exchange: Exchange, failure: Failure): Promise<Verdict> {
  const error = new ConnectionError(exchange, failure)
  const isEnd = failure.reason === 'ended' || failure.status === 204
  if (!shouldReconnect) return { error, answer: undefined, isEnd }
  try {
    return { error, answer: readAnswer(await shouldReconnect(error)), isEnd }
  } catch (thrown) {
    const what = `${failure.what}, and "shouldReconnect" failed`
    const cause = new CallerError(what, thrown)
    return { error: new ConnectionError(exchange, { ...failure, what, cause }), answer: false, isEnd: false }
  }
}
