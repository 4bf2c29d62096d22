/** The ways to follow a log that the proxy cuts: by method, by how it is resumed, by surface. */

import { type ConnectionError, EventSource, type EventSourceInit, streamEvents } from '../../../dist/index.js'
import { setTimeout as delay } from 'node:timers/promises'

/** What a client tells of. */
interface Told {
  /** The ID of the last message. */
  seen: () => string
  message: (type: string, data: string, id: string) => void
  lost: (error: ConnectionError) => void
  /** It will not come back. */
  failed: (error: unknown) => void
}

/** Follows until the function that is returned is called. */
export type Follow = (url: string, told: Told) => () => void

/** In ms; more than the server is ever silent for, unless the machine is busy: then it is one cut more. */
const PATIENCE = 600

const COMMON: EventSourceInit = { reconnectionTime: 1, connectTimeout: PATIENCE, idleTimeout: PATIENCE }

/** What each request says its client had seen when it was sent: one that was given up may arrive after the next. */
export const SEEN = 'x-seen'

/** Always the shortest wait. A 502 is final unless it is said to be none, and so is the end of a response to a POST. */
const reconnect = {
  factor: 1,
  jitter: 0.2,
  shouldReconnect: ({ reason, status }: ConnectionError) => (status === 502 || reason === 'ended' ? true : undefined),
}

export const QUESTION = 'What is new?'
const POST: EventSourceInit = { method: 'POST', body: () => QUESTION }

/** Resumed by a GET, as MCP does it. */
const byGet: EventSourceInit['resume'] = ({ lastEventId }) => (lastEventId === '' ? {} : { method: 'GET', body: null })

export const CLIENTS: Record<string, Follow> = {
  'EventSource, GET': source({}),
  'EventSource, GET, the ID in the query': source({ lastEventIdParameter: 'after' }),
  'EventSource, POST again': source(POST),
  'EventSource, POST resumed by GET': source({ ...POST, resume: byGet }),
  'streamEvents, GET': loop({}),
  'streamEvents, POST again': loop(POST),
  'streamEvents, POST resumed by GET': loop({ ...POST, resume: byGet }),
  'streamEvents, GET, a loop that takes its time': loop({}, 3),
}

function headersOf(told: Told): EventSourceInit['headers'] {
  return () => ({ [SEEN]: encodeURIComponent(told.seen()) })
}

function source(options: EventSourceInit): Follow {
  return (url, told) => {
    const client = new EventSource(url, { ...COMMON, ...options, headers: headersOf(told), reconnect })
    for (const type of ['message', 'update']) {
      client.addEventListener(type, ({ data, lastEventId }: { data?: unknown; lastEventId?: string } & Event) => {
        told.message(type, String(data), lastEventId ?? '')
      })
    }
    client.onerror = ({ error, willReconnect }) => {
      if (willReconnect) told.lost(error)
      else told.failed(error)
    }
    return () => {
      client.close()
    }
  }
}

/** @param ms how long the loop takes over each message */
function loop(options: EventSourceInit, ms?: number): Follow {
  return (url, told) => {
    const shouldReconnect = (error: ConnectionError): boolean | undefined => {
      told.lost(error)
      return reconnect.shouldReconnect(error)
    }
    const policy = { ...reconnect, shouldReconnect }
    const events = streamEvents(url, { ...COMMON, ...options, headers: headersOf(told), reconnect: policy })
    const follow = async (): Promise<void> => {
      for await (const { type, data, lastEventId } of events) {
        told.message(type, data, lastEventId)
        if (ms !== undefined) await delay(ms)
      }
    }
    void follow().then(undefined, told.failed)
    return () => {
      events.close()
    }
  }
}
