/** What a client sees of a stream: by the events of a source, and in a loop. */

import { ConnectionError, EventSource, streamEvents, type EventSourceInit } from '../../../dist/index.js'
import type { SourceSeen, Until } from './enemy.ts'

/** How long an enemy is waited for, in ms. */
const PATIENCE = 30_000
/** How many messages are kept, and how much of each. */
const KEPT = 100
/** How long a loop that was asked about a failure may take to throw it, in ms. */
const MOMENT = 50

/** Follows what is at a URL; resolves with what was seen, when it is time. */
export type Follow = (url: string, init: EventSourceInit, types: readonly string[], until: Until) => Promise<SourceSeen>

/** By events. */
export const followSource: Follow = (url, init, types, until) => {
  const source = new EventSource(url, init)
  const seen = nothing()
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      seen.readyState = source.readyState
      source.close()
      resolve(seen)
    }
    const timer = setTimeout(finish, until.ms ?? PATIENCE)
    source.onopen = () => {
      seen.opens++
    }
    for (const type of ['message', ...types]) {
      source.addEventListener(type, (event) => {
        if (!('data' in event)) return
        note(seen, event)
        if (seen.messages === until.messages) finish()
      })
    }
    source.onerror = (event) => {
      if (!('error' in event)) return
      const { error, willReconnect, delay } = event
      noteError(seen, error, willReconnect)
      if (delay !== undefined) Object.assign(seen.errors.at(-1) ?? {}, { delay })
      if (seen.errors.length === until.errors || source.readyState === EventSource.CLOSED) finish()
    }
  })
}

/** In a loop, which reconnects as a source does. */
export const followLoop: Follow = async (url, init, types, until) => {
  const seen = nothing()
  let last: ConnectionError | undefined
  const insists = typeof init.reconnect === 'object'
  const stream = streamEvents(url, {
    ...init,
    reconnect: {
      shouldReconnect: (error) => {
        last = error
        noteError(seen, error, true)
        // One that fails for good, the loop throws.
        if (seen.errors.length === until.errors)
          setTimeout(() => {
            stream.close()
          }, MOMENT)
        return insists ? true : undefined
      },
    },
  })
  const timer = setTimeout(() => {
    stream.close()
  }, until.ms ?? PATIENCE)
  stream.response.then(
    () => {
      seen.opens++
      seen.readyState = 1
    },
    () => undefined,
  )
  const known = new Set(['message', ...types])
  try {
    for await (const event of stream) {
      if (known.has(event.type)) note(seen, event)
      if (seen.messages === until.messages) break
    }
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    if (error === last) seen.errors.pop()
    noteError(seen, error, false)
    seen.readyState = 2
  } finally {
    clearTimeout(timer)
  }
  return seen
}

function nothing(): SourceSeen {
  const seen: SourceSeen = { opens: 0, messages: 0, types: {}, data: [], ids: [], errors: [], readyState: 0 }
  // One of the types is `__proto__`.
  Object.setPrototypeOf(seen.types, null)
  return seen
}

function note(
  seen: SourceSeen,
  { type, data, lastEventId }: Pick<MessageEvent<string>, 'type' | 'data' | 'lastEventId'>,
): void {
  seen.types[type] = (seen.types[type] ?? 0) + 1
  if (seen.messages < KEPT) {
    seen.data.push(data.slice(0, KEPT))
    seen.ids.push(lastEventId.slice(0, KEPT))
  }
  seen.messages++
}

function noteError(seen: SourceSeen, { reason, message, body }: ConnectionError, willReconnect: boolean): void {
  seen.errors.push({
    reason,
    message: message.slice(0, 300),
    willReconnect,
    ...(body !== undefined && { body: body.length }),
  })
}
