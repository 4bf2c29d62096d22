/** Follows a stream until it ends, fails, or is left. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ConnectionError as ConnectionErrorInstance } from '../connection/connection-error.ts'
import { readHeaders } from '../connection/headers.ts'
import type { Observation } from '../diagnosis/observation.ts'
import { observe } from '../diagnosis/observe.ts'
import { ConnectionError, streamEvents, type EventSourceInit, type EventStream } from '../index.ts'
import type { Arguments } from './arguments.ts'
import type { Body } from './data.ts'
import { Narrator } from './narrator.ts'
import { formatted } from './print-event.ts'
import { resumption } from './resume.ts'
import type { Screen } from './screen.ts'
import { UsageError } from './usage.ts'
import { visible, visibleLine } from './visible.ts'

/** Why it is over before the stream is. */
export type Stop = 'interrupted' | 'reader gone' | 'too long'

/** The channel that reports lost connections. */
const LOST = 'everysource:lost'

/** Resolves with the exit code. */
export async function follow(
  args: Arguments,
  body: Body | undefined,
  screen: Screen,
  stopping: AbortController,
): Promise<number> {
  const narrator = new Narrator(screen, args.url, args.verbose)
  const { signal } = stopping
  const alarm = new Alarm(args.timeout, () => {
    stopping.abort('too long' satisfies Stop)
  })
  const observer = observe({
    onChange: (observation) => {
      narrator.observed(observation)
    },
  })
  narrator.watch(observer.observations)

  const stream: EventStream = request(args, body, {
    fetch: observer.fetch,
    signal,
    ...(args.verbose && {
      onComment: (text: string) => {
        narrator.comment(text)
      },
    }),
    reconnect: args.reconnects && {
      shouldReconnect: ({ status }) => (status !== undefined && args.retryStatuses.includes(status) ? true : undefined),
    },
  })
  const onLost = (message: unknown): void => {
    const { error, delay } = message as { error: ConnectionErrorInstance; delay: number }
    narrator.waiting(error, delay)
  }
  subscribe(LOST, onLost)

  try {
    let left = args.max
    for await (const event of stream) {
      if (args.types.length > 0 && !args.types.includes(event.type)) continue
      alarm.restart()
      narrator.message()
      const caughtUp = screen.print(formatted(event, args.format, screen, new Date()))
      if (caughtUp) await caughtUp
      if (signal.aborted) break
      if (--left === 0) break
    }
    if (signal.aborted) return stopped(signal.reason as Stop, args, stream, narrator, screen)
    narrator.ended(left === 0 ? `after ${args.max} of --max` : whyItEnded(observer.observations.at(-1)))
    return 0
  } catch (error) {
    if (signal.aborted) return stopped(signal.reason as Stop, args, stream, narrator, screen)
    if (!(error instanceof ConnectionError)) throw error
    narrator.failed(error.message)
    sayBody(error, screen)
    return 1
  } finally {
    unsubscribe(LOST, onLost)
    alarm.stop()
    narrator.close()
  }
}

/** @throws a `UsageError` for what cannot be sent */
function request(args: Arguments, body: Body | undefined, options: EventSourceInit): EventStream {
  const { url, method, lastEventId } = args
  try {
    const headers = headersOf(args, body)
    // What watches stands in the place of the runtime's fetch, which would leave some of them out without a word.
    readHeaders(headers, true)
    return streamEvents(url, { method, headers, body: body?.bytes, lastEventId, ...options })
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(inArguments(error.message))
    throw error
  }
}

const FLAGS: Record<string, string | undefined> = {
  headers: '--header',
  body: '--data',
  lastEventId: '--last-event-id',
}

/** The message of an option with the name that it has on the command line. */
function inArguments(message: string): string {
  return message.replace(/^(?:The o|O)ption "(\w+)"/, (text, name: string) => FLAGS[name] ?? text)
}

function headersOf({ headers }: Arguments, body: Body | undefined): [string, string][] {
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type')
  return body && !hasType ? [...headers, ['Content-Type', body.type]] : headers
}

function whyItEnded(last: Observation | undefined): string {
  return last?.head?.status === 204 ? 'the server answered 204: it is over' : 'the server ended the stream'
}

function stopped(why: Stop, args: Arguments, stream: EventStream, narrator: Narrator, screen: Screen): number {
  if (why === 'reader gone') return 0
  if (why === 'too long') {
    narrator.failed(`no message has come for ${(args.timeout ?? 0) / 1_000} s`)
    return 1
  }
  narrator.ended('interrupted')
  const { messages } = narrator
  const { lastEventId } = stream
  const count = `${messages} message${messages === 1 ? '' : 's'}`
  if (lastEventId === '') {
    screen.tell([`Ended after ${count}. None had an id, so that a stream cannot be resumed here.`])
    return 0
  }
  const { command, hides } = resumption(args, lastEventId)
  screen.tell([`Ended after ${count}. Last event ID: ${visibleLine(lastEventId)}`])
  if (visible(command) !== command) return 0
  screen.tell([`To go on from there${hides ? ', with your own values for <hidden>' : ''}:`, `  ${command}`])
  return 0
}

/** What the server says to its refusal. */
function sayBody({ body = '' }: ConnectionErrorInstance, screen: Screen): void {
  const text = visible(body.trim())
  // A page is not for reading here.
  if (text === '' || text.startsWith('<')) return
  screen.tell([
    'The server says:',
    ...text
      .slice(0, 2_000)
      .split('\n')
      .slice(0, 20)
      .map((line) => `  ${line}`),
  ])
}

/** Rings when nothing has come for so long. */
class Alarm {
  readonly #ms: number | undefined
  readonly #ring: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number | undefined, ring: () => void) {
    this.#ms = ms
    this.#ring = ring
    this.restart()
  }

  restart(): void {
    if (this.#ms === undefined) return
    if (this.#timer) this.#timer.refresh()
    else this.#timer = setTimeout(this.#ring, this.#ms).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
