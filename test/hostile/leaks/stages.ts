/** Connections that are ended at each stage of their lifecycle, by the caller's signal or by `close()`. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario, Stage } from './scenario.ts'
import { onAnswer, onArrival, onPublished } from './stage-events.ts'

/** Pause of a slow loop, in ms. */
const A_WHILE = 20

/** A string, because the signal keeps its reason, and the stack of an error would keep objects reachable. */
const REASON = 'It is over'

/** Stage at which a connection is ended. */
interface Moment {
  path: string
  /** The event that marks the stage. */
  when:
    | 'aborted before'
    | 'constructed'
    | 'arrival'
    | 'answer'
    | 'comment'
    | 'open'
    | 'message'
    | 'lost'
    | 'wait'
    | 'close'
    | 'deciding'
    | 'headers'
  /** Requests that reach the server; undefined if it varies. */
  requests?: number
  /** Path of the request to wait for, if not the first. */
  arrival?: string
}

const MOMENTS: Record<string, Moment> = {
  'before it is made': { path: '/message', when: 'aborted before' },
  'before the request': { path: '/message', when: 'constructed' },
  'in a function of headers': { path: '/message', when: 'headers' },
  connecting: { path: '/silent', when: 'arrival', requests: 1 },
  'connecting to where it was redirected': { path: '/moved', when: 'arrival', arrival: '/silent', requests: 2 },
  'in the head': { path: '/half', when: 'arrival', requests: 1 },
  'in a listener of open': { path: '/message', when: 'open', requests: 1 },
  'in the first chunk': { path: '/unfinished', when: 'comment', requests: 1 },
  'in a listener of message': { path: '/message', when: 'message', requests: 1 },
  // A slow loop pauses reading.
  'while many messages wait': { path: '/many', when: 'message', requests: 1 },
  'while a refused body is read': { path: '/refusing', when: 'answer', requests: 1 },
  'in a listener of error': { path: '/wait', when: 'lost', requests: 1 },
  'in the wait': { path: '/wait', when: 'wait', requests: 1 },
  deciding: { path: '/wait', when: 'deciding', requests: 1 },
  'after failure': { path: '/refused', when: 'close', requests: 1 },
}

/** How a connection is ended. */
type End = 'signal' | 'close()'

export const STAGES: Record<string, Scenario> = Object.fromEntries(
  Object.entries(MOMENTS).flatMap(([stageName, moment]) =>
    (['signal', 'close()'] as const).flatMap((end) =>
      (
        [
          ['EventSource', endSource],
          ['streamEvents', endStream],
        ] as const
      ).map(([made, run]): [string, Scenario] => {
        const name = `${made}, ${end} ${stageName}`
        let cycles = 0
        const cycle = (stage: Stage): Promise<void> =>
          run(stage, moment, end, `?${encodeURIComponent(name)}&${++cycles}`)
        return [name, { atOnce: 20, requests: moment.requests, cycle }]
      }),
    ),
  ),
)

/** Options and functions for both APIs. */
function prepare({ signal: callers, watch, reach }: Stage, { when, path }: Moment, end: End) {
  // Each aborted connection needs a separate signal.
  const own = new AbortController()
  const signal = end === 'signal' ? own.signal : callers
  if (end === 'signal') watch(signal)
  let onStage = (): void => undefined
  const init = {
    signal,
    connectTimeout: 60_000,
    idleTimeout: end === 'signal' ? 60_000 : ('auto' as const),
    ...(path === '/moved' && { redirect: 'same-origin' as const }),
    // The comment is in the middle of a chunk, which is decoded to its end first.
    ...(when === 'comment' && { onComment: () => void setImmediate(onStage) }),
    reconnect: {
      shouldReconnect: async () => {
        if (when !== 'deciding') return undefined
        onStage()
        await delay(1)
        return true
      },
    },
    ...(when === 'headers' && {
      headers: async () => {
        onStage()
        await delay(1)
        return {}
      },
    }),
  }
  if (when === 'aborted before' && end === 'signal') own.abort(REASON)
  return {
    init,
    /** Ends the connection. */
    finish: (made: { close(): void }): void => {
      reach()
      if (end === 'signal') own.abort(REASON)
      else made.close()
    },
    setOnStage: (listener: () => void): void => {
      onStage = listener
    },
  }
}

/** Calls `now` at the stages that are detected alike for both APIs. */
function onMoment(made: object, { when, path, arrival = path }: Moment, query: string, now: () => void): void {
  if (when === 'aborted before' || when === 'constructed') now()
  else if (when === 'arrival') onArrival(arrival + query, now)
  else if (when === 'answer') onAnswer(path + query, now)
  else if (when === 'lost') onPublished(when, made, now)
  // `setImmediate` lets the library finish this step first.
  else if (when === 'wait' || when === 'close') onPublished(when, made, () => setImmediate(now))
}

async function endSource(stage: Stage, moment: Moment, end: End, query: string): Promise<void> {
  const { init, finish, setOnStage } = prepare(stage, moment, end)
  const { when, path } = moment
  await new Promise<void>((resolve) => {
    const source = stage.track(new stage.library.EventSource(stage.base + path + query, init))
    let isOver = false
    const now = (): void => {
      if (isOver) return
      isOver = true
      finish(source)
      resolve()
    }
    setOnStage(now)
    if (when === 'open' || when === 'message') source.addEventListener(when, now)
    else if (when === 'lost') source.addEventListener('error', now)
    else onMoment(source, moment, query, now)
  })
}

async function endStream(stage: Stage, moment: Moment, end: End, query: string): Promise<void> {
  const { init, finish, setOnStage } = prepare(stage, moment, end)
  const { when, path } = moment
  const stream = stage.track(stage.library.streamEvents(stage.base + path + query, init))
  let isOver = false
  let ended = (): void => undefined
  const over = new Promise<void>((resolve) => (ended = resolve))
  const now = (): void => {
    if (isOver) return
    isOver = true
    finish(stream)
    ended()
  }
  setOnStage(now)
  if (when === 'open') void stream.response.then(now)
  else onMoment(stream, moment, query, now)
  try {
    for await (const _ of stream) {
      if (path === '/many') await delay(A_WHILE)
      if (when === 'message') now()
    }
  } catch (error) {
    // The signal's reason, or the error of the refused response.
    if (!(init.signal.aborted || moment.path === '/refused')) throw error
  }
  await over
}
