/** Connections with simulated attempts and sinks. */

import { onTestFinished } from 'vitest'
import type { ConnectionError } from '../../../src/connection/connection-error.ts'
import { Connection } from '../../../src/connection/connection.ts'
import type { BodyReader, ConnectionSink, Exchange, OpenedStream } from '../../../src/connection/exchange.ts'
import { readOptions } from '../../../src/connection/read-options.ts'
import { acquireReader } from '../../../src/connection/response.ts'
import type { EventSourceInit } from '../../../src/index.ts'
import { STUB_URL } from './sources.ts'
import { source } from './streams.ts'

/** Opens an attempt. */
export type Open = (request: AbortController) => Promise<OpenedStream>

/** A valid response with this body reader. */
export function opened(reader: BodyReader | undefined, more: Partial<OpenedStream> = {}): OpenedStream {
  return { response: undefined, origin: 'null', reader, ...more }
}

/** Opens a body with these chunks that then closes. */
export function closingBody(...texts: string[]): Open {
  return bodyOf(texts, true)
}

/** Opens a body with these chunks that stays open. */
export function openBody(...texts: string[]): Open {
  return bodyOf(texts, false)
}

function bodyOf(texts: string[], ends: boolean): Open {
  return (request) => {
    const { stream, end } = source(...texts)
    if (ends) end()
    return Promise.resolve(opened(acquireReader(stream, request.signal)))
  }
}

/** A connection and the calls of its sink. It is the `source` in diagnostics. */
export interface Observed {
  connection: Connection
  /** Calls of the sink so far: `open`, `message 1`, `lost ended`, … */
  calls: string[]
  errors: ConnectionError[]
  /** Abort controllers of the attempts so far. */
  requests: AbortController[]
}

/** Replacements of sink methods. They receive the connection. */
type Replacements = { [Method in keyof ConnectionSink]?: (observed: Observed) => unknown }

/** Starts a connection with these attempts, the last of which repeats. Closed after the test. */
export function connect(attempts: Open[], options: EventSourceInit = {}, replaced: Replacements = {}): Observed {
  const calls: string[] = []
  const errors: ConnectionError[] = []
  const requests: AbortController[] = []
  const next = (attempt: number): Exchange => {
    const request = new AbortController()
    requests.push(request)
    const open = attempts[Math.min(requests.length, attempts.length) - 1]
    if (!open) throw new Error('No attempt given')
    return {
      controller: request,
      fromCaller: false,
      url: new URL(STUB_URL),
      attempt,
      secrets: [],
      open: () => open(request),
    }
  }
  const note = <Result>(method: keyof ConnectionSink, text: string, result: Result): Result => {
    calls.push(text)
    const replacement = replaced[method]
    return replacement ? (replacement(observed) as Result) : result
  }
  const fail = (method: 'lost' | 'failed', error: ConnectionError): Promise<void> => {
    errors.push(error)
    return note(method, `${method} ${error.reason}`, Promise.resolve())
  }
  const sink: ConnectionSink = {
    get lastEventId() {
      return replaced.lastEventId?.(observed) as string | undefined
    },
    open: () => note('open', 'open', undefined),
    message: (_, data) => note('message', `message ${data}`, undefined),
    id: (id) => note('id', `id ${id}`, undefined),
    comment: (text) => note('comment', `comment ${text}`, undefined),
    backpressure: (bytes) => note('backpressure', `backpressure ${bytes}`, undefined),
    demand: () => note('demand', 'demand', undefined),
    deciding: () => note('deciding', 'deciding', Promise.resolve()),
    lost: (error) => fail('lost', error),
    failed: (error) => fail('failed', error),
    aborted: () => note('aborted', 'aborted', undefined),
  }
  const observed = { calls, errors, requests } as Observed
  observed.connection = new Connection(observed, { next, close: () => undefined }, readOptions(options), sink)
  onTestFinished(() => {
    observed.connection.close()
  })
  observed.connection.start()
  return observed
}
