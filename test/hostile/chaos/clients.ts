/** The clients behind the proxy: by API, method and kind of resumption. */

import { type ConnectionError, EventSource, type EventSourceInit, streamEvents } from '../../../dist/index.js'
import { setTimeout as delay } from 'node:timers/promises'

/** Called by a client. */
interface Callbacks {
  /** Returns the ID of the last message. */
  seen: () => string
  message: (type: string, data: string, id: string) => void
  lost: (error: ConnectionError) => void
  /** The failure is permanent. */
  failed: (error: unknown) => void
}

/** Follows a URL until the returned function is called. */
export type Follow = (url: string, callbacks: Callbacks) => () => void

/** Timeout in ms: longer than the server's pauses. On a busy machine it only adds a cut. */
const PATIENCE = 600

const COMMON: EventSourceInit = { reconnectionTime: 1, connectTimeout: PATIENCE, idleTimeout: PATIENCE }

/** Header with the last ID seen by the client, because a canceled request may arrive after the next one. */
export const SEEN = 'x-seen'

/** Uses the shortest wait, and also reconnects after a 502 and after a POST response ends. */
const reconnect = {
  factor: 1,
  jitter: 0.2,
  shouldReconnect: ({ reason, status }: ConnectionError) => (status === 502 || reason === 'ended' ? true : undefined),
}

export const QUESTION = 'What is new?'
const POST: EventSourceInit = { method: 'POST', body: () => QUESTION }

/** Resumes with GET, as MCP does. */
const byGet: EventSourceInit['resume'] = ({ lastEventId }) => (lastEventId === '' ? {} : { method: 'GET', body: null })

export const CLIENTS: Record<string, Follow> = {
  'EventSource, GET': source({}),
  'EventSource, GET, the ID in the query': source({ lastEventIdParameter: 'after' }),
  'EventSource, POST again': source(POST),
  'EventSource, POST resumed by GET': source({ ...POST, resume: byGet }),
  'streamEvents, GET': loop({}),
  'streamEvents, POST again': loop(POST),
  'streamEvents, POST resumed by GET': loop({ ...POST, resume: byGet }),
  'streamEvents, GET, slow loop': loop({}, 3),
}

function headersOf(callbacks: Callbacks): EventSourceInit['headers'] {
  return () => ({ [SEEN]: encodeURIComponent(callbacks.seen()) })
}

function source(options: EventSourceInit): Follow {
  return (url, callbacks) => {
    const client = new EventSource(url, { ...COMMON, ...options, headers: headersOf(callbacks), reconnect })
    for (const type of ['message', 'update']) {
      client.addEventListener(type, ({ data, lastEventId }: { data?: unknown; lastEventId?: string } & Event) => {
        callbacks.message(type, String(data), lastEventId ?? '')
      })
    }
    client.onerror = ({ error, willReconnect }) => {
      if (willReconnect) callbacks.lost(error)
      else callbacks.failed(error)
    }
    return () => {
      client.close()
    }
  }
}

/** @param ms time the loop spends on each message */
function loop(options: EventSourceInit, ms?: number): Follow {
  return (url, callbacks) => {
    const shouldReconnect = (error: ConnectionError): boolean | undefined => {
      callbacks.lost(error)
      return reconnect.shouldReconnect(error)
    }
    const policy = { ...reconnect, shouldReconnect }
    const events = streamEvents(url, { ...COMMON, ...options, headers: headersOf(callbacks), reconnect: policy })
    const follow = async (): Promise<void> => {
      for await (const { type, data, lastEventId } of events) {
        callbacks.message(type, data, lastEventId)
        if (ms !== undefined) await delay(ms)
      }
    }
    void follow().then(undefined, callbacks.failed)
    return () => {
      events.close()
    }
  }
}
