/** Connections that are ended at each stage of their life, by the caller's signal or by `close()`. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario, Stage } from './scenario.ts'

/** How long a request is left alone that stays where it is, in ms. */
const A_WHILE = 20

/**
 * Why, and no error: the stack of one refers to the functions that it tells of, these to what they were made with, and the signal
 * keeps its reason.
 */
const REASON = 'It is over'

/** Where a connection is ended. */
interface Moment {
  path: string
  /** What has to happen: at once, a while later, an event, or that the caller is asked. */
  when:
    'aborted before' | 'constructed' | 'a while' | 'open' | 'message' | 'error' | 'after error' | 'asked' | 'headers'
}

const MOMENTS: Record<string, Moment> = {
  'before it is made': { path: '/message', when: 'aborted before' },
  'before the request': { path: '/message', when: 'constructed' },
  'in a function of headers': { path: '/message', when: 'headers' },
  connecting: { path: '/silent', when: 'a while' },
  'in the head': { path: '/half', when: 'a while' },
  'in a listener of open': { path: '/message', when: 'open' },
  'in the first chunk': { path: '/unfinished', when: 'a while' },
  'in a listener of message': { path: '/message', when: 'message' },
  'in a listener of error': { path: '/wait', when: 'error' },
  'in the wait': { path: '/wait', when: 'after error' },
  deciding: { path: '/wait', when: 'asked' },
  'after failure': { path: '/refused', when: 'after error' },
}

/** What ends it. */
type End = 'signal' | 'close()'

export const STAGES: Record<string, Scenario> = Object.fromEntries(
  Object.entries(MOMENTS).flatMap(([name, moment]) =>
    (['signal', 'close()'] as const).flatMap((end): [string, Scenario][] => [
      [`EventSource, ${end} ${name}`, { atOnce: 20, cycle: (stage) => endSource(stage, moment, end) }],
      [`streamEvents, ${end} ${name}`, { atOnce: 20, cycle: (stage) => endStream(stage, moment, end) }],
    ]),
  ),
)

/** What both have: the options, and the end. */
function prepare({ signal: callers, watch }: Stage, { when }: Moment, end: End) {
  // Each that is aborted needs one of its own.
  const own = new AbortController()
  const signal = end === 'signal' ? own.signal : callers
  if (end === 'signal') watch(signal)
  let asked = (): void => undefined
  const init = {
    signal,
    connectTimeout: 60_000,
    idleTimeout: 60_000,
    reconnect: {
      shouldReconnect: async () => {
        if (when !== 'asked') return undefined
        asked()
        await delay(1)
        return true
      },
    },
    ...(when === 'headers' && {
      headers: async () => {
        asked()
        await delay(1)
        return {}
      },
    }),
  }
  if (when === 'aborted before' && end === 'signal') own.abort(REASON)
  return {
    init,
    /** Ends it, when it is time. */
    finish: (made: { close(): void }): void => {
      if (end === 'signal') own.abort(REASON)
      else made.close()
    },
    onAsked: (listener: () => void): void => {
      asked = listener
    },
  }
}

async function endSource(stage: Stage, moment: Moment, end: End): Promise<void> {
  const { init, finish, onAsked } = prepare(stage, moment, end)
  const { when, path } = moment
  await new Promise<void>((resolve) => {
    const source = stage.track(new stage.library.EventSource(stage.base + path, init))
    const now = (): void => {
      finish(source)
      resolve()
    }
    onAsked(now)
    if (when === 'aborted before' || when === 'constructed') now()
    else if (when === 'a while') void delay(A_WHILE).then(now)
    else if (when === 'after error') source.onerror = () => void delay(A_WHILE).then(now)
    else if (when === 'open' || when === 'message' || when === 'error') source.addEventListener(when, now)
  })
}

async function endStream(stage: Stage, moment: Moment, end: End): Promise<void> {
  const { init, finish, onAsked } = prepare(stage, moment, end)
  const { when, path } = moment
  const stream = stage.track(stage.library.streamEvents(stage.base + path, init))
  const now = (): void => {
    finish(stream)
  }
  onAsked(now)
  if (when === 'aborted before' || when === 'constructed') now()
  else if (when === 'open') void stream.response.then(now)
  // A loop hears nothing of a loss: it just takes longer.
  else if (when === 'a while' || when === 'error' || when === 'after error') void delay(A_WHILE).then(now)
  try {
    for await (const _ of stream) if (when === 'message') now()
  } catch (error) {
    // That of the signal, or of the response that was refused.
    if (!(init.signal.aborted || moment.path === '/refused')) throw error
  }
}
