/** Records what a client observes of a stream, with an `EventSource` or in a loop. */

import { ConnectionError, EventSource, streamEvents, type EventSourceInit } from '../../../dist/index.js'
import type { SourceSeen, Until } from './hostile-server.ts'

/** Maximum time for one hostile server, in ms. */
const PATIENCE = 120_000
/** Number of messages to keep, and characters of each. */
const KEPT = 100
/** Event loop iterations between `shouldReconnect` and the error that the loop throws. */
const ITERATIONS = 5

/** Follows a URL until a condition of `until`, and resolves with the observations. */
export type Follow = (url: string, init: EventSourceInit, types: readonly string[], until: Until) => Promise<SourceSeen>

/** With an `EventSource`. */
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
    let timer = setTimeout(finish, PATIENCE)
    const begin = onceOf(() => {
      if (until.ms === undefined) return
      clearTimeout(timer)
      timer = setTimeout(finish, until.ms)
    })
    source.onopen = () => {
      seen.opens++
      begin()
    }
    for (const type of ['message', ...types]) {
      source.addEventListener(type, (event) => {
        if (!('data' in event)) return
        note(seen, event)
        if (seen.messages === until.messages) finish()
      })
    }
    source.onerror = (event) => {
      if ('data' in event) return
      begin()
      const { error, willReconnect, delay } = event
      noteError(seen, error, willReconnect)
      if (delay !== undefined) Object.assign(seen.errors.at(-1) ?? {}, { delay })
      if (seen.errors.length === until.errors || source.readyState === EventSource.CLOSED) finish()
    }
  })
}

/** In a loop that reconnects as a source does. */
export const followLoop: Follow = async (url, init, types, until) => {
  const seen = nothing()
  let last: ConnectionError | undefined
  const insists = typeof init.reconnect === 'object'
  const stream = streamEvents(url, {
    ...init,
    reconnect: {
      shouldReconnect: (error) => {
        last = error
        begin()
        noteError(seen, error, true)
        // The loop throws permanent failures.
        if (seen.errors.length === until.errors) void iterations(ITERATIONS).then(close)
        return insists ? true : undefined
      },
    },
  })
  const close = (): void => {
    stream.close()
  }
  let timer = setTimeout(close, PATIENCE)
  const begin = onceOf(() => {
    if (until.ms === undefined) return
    clearTimeout(timer)
    timer = setTimeout(close, until.ms)
  })
  stream.response.then(
    () => {
      begin()
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

function onceOf(act: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) act()
    isDone = true
  }
}

async function iterations(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await new Promise((resolve) => setTimeout(resolve))
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
