/** Follows a stream until it ends, fails, or the user stops it. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ConnectionError as ConnectionErrorInstance } from '../connection/connection-error.ts'
import { readHeaders } from '../connection/headers.ts'
import { observe } from '../diagnosis/observe.ts'
import { isRedirectLoop } from '../diagnosis/redirects.ts'
import { ConnectionError, streamEvents, type EventSourceInit, type EventStream } from '../index.ts'
import type { Arguments } from './arguments.ts'
import type { Body } from './data.ts'
import { Narrator, type UndiciHead } from './narrator.ts'
import { formatted } from './print-event.ts'
import { resumption } from './resume.ts'
import type { Recorder } from './recording.ts'
import type { Screen } from './screen.ts'
import { UsageError } from './usage.ts'
import { visible, visibleLine } from './visible.ts'

/** Why the command stops before the stream ends. */
export type Stop = 'interrupted' | 'output closed' | 'timeout'

/** The diagnostics channel for lost connections. */
const LOST = 'everysource:lost'

/** The diagnostics channel of Node's fetch for the head of each response, including redirects. */
const HEAD = 'undici:request:headers'

const NO_CONTENT = 'The server responded with status 204 (no content), which tells clients to stop reconnecting.'

/** Resolves with the exit code. */
export async function follow(
  args: Arguments,
  body: Body | undefined,
  screen: Screen,
  stopping: AbortController,
  recorder?: Recorder,
): Promise<number> {
  const narrator = new Narrator(screen, args)
  const { signal } = stopping
  const idleTimer = new IdleTimer(args.timeout, () => {
    stopping.abort('timeout' satisfies Stop)
  })
  const raw = args.format === 'raw' ? rawPrinter(screen) : undefined
  const observer = observe({
    onResponse: (response) => {
      recorder?.responded(response)
      if (args.include) include(response as Response, args, screen)
    },
    onChunk: (bytes) => {
      recorder?.chunk(bytes)
      return raw?.(bytes)
    },
    onChange: (observation) => {
      recorder?.observed(observation)
      narrator.observed(observation)
    },
    onKeepAlive: (learned) => {
      narrator.keepAlive(learned)
    },
  })
  narrator.watch(observer.observations)

  const stream: EventStream = request(args, body, {
    fetch: observer.fetch,
    signal,
    // Without reconnecting, a false alarm would end the command.
    ...(args.reconnects && { idleTimeout: 'auto' }),
    ...(args.verbose && {
      onComment: (text: string) => {
        narrator.comment(text)
      },
    }),
    reconnect: args.reconnects && {
      shouldReconnect: ({ status }) => {
        if (isRedirectLoop(observer.observations)) return false
        return status !== undefined && args.retryStatuses.includes(status) ? true : undefined
      },
    },
  })
  const onLost = (message: unknown): void => {
    const { error, delay } = message as { error: ConnectionErrorInstance; delay: number }
    narrator.waiting(error, delay)
  }
  subscribe(LOST, onLost)
  const onHead = (message: unknown): void => {
    narrator.redirected(message as UndiciHead)
  }
  if (args.verbose) subscribe(HEAD, onHead)

  try {
    let remaining = args.max
    for await (const event of stream) {
      if (args.types.length > 0 && !args.types.includes(event.type)) continue
      if (event.type !== args.filter && !event.data.includes(args.filter)) continue
      idleTimer.restart()
      narrator.message()
      const drained = raw ? undefined : screen.print(formatted(event, args, screen, new Date()))
      if (drained) await drained
      if (signal.aborted) break
      if (--remaining === 0) break
    }
    if (signal.aborted) return stopped(signal.reason as Stop, args, stream, narrator, screen)
    const isOver = remaining > 0 && observer.observations.at(-1)?.head?.status === 204
    // Without a message, the end would look like nothing happened.
    if (isOver && narrator.messages === 0 && !args.verbose) screen.log([NO_CONTENT])
    const why = isOver ? 'the server sent 204 (no more events)' : 'the server ended the stream'
    narrator.ended(remaining === 0 ? `reached --max ${args.max}` : why)
    return 0
  } catch (error) {
    if (signal.aborted) return stopped(signal.reason as Stop, args, stream, narrator, screen)
    if (!(error instanceof ConnectionError)) throw error
    narrator.failed(error.message)
    // With --raw, it is already printed.
    if (!raw) printBody(error, screen)
    return 1
  } finally {
    unsubscribe(LOST, onLost)
    unsubscribe(HEAD, onHead)
    idleTimer.stop()
    narrator.close()
  }
}

/** @throws a `UsageError` if an argument can't be sent */
function request(args: Arguments, body: Body | undefined, options: EventSourceInit): EventStream {
  const { url, method, lastEventId } = args
  try {
    const headers = headersOf(args, body)
    // The observer replaces the runtime's fetch, so the library's own check for headers that fetch drops doesn't run.
    readHeaders(headers, true)
    return streamEvents(url, { method, headers, body: body?.bytes, lastEventId, ...options })
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(withFlagName(error.message))
    throw error
  }
}

const FLAGS: Record<string, string | undefined> = {
  headers: '--header',
  body: '--data',
  lastEventId: '--last-event-id',
}

/** Replaces the library's option name in an error message with the command-line option. */
function withFlagName(message: string): string {
  return message.replace(/^Option "(\w+)"/, (text, name: string) => FLAGS[name] ?? text)
}

function headersOf({ headers }: Arguments, body: Body | undefined): [string, string][] {
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type')
  return body && !hasType ? [...headers, ['Content-Type', body.type]] : headers
}

/** Prints the status and the headers: before the messages, except where these are for another program. */
function include({ status, statusText, headers }: Response, { format }: Arguments, screen: Screen): void {
  const lines = [
    `HTTP ${status} ${statusText}`.trim(),
    ...Array.from(headers, ([name, value]) => `${name}: ${value}`),
    '',
  ]
  const isForPeople = format === 'text' || format === 'raw'
  if (!isForPeople) screen.log(lines.map(visibleLine))
  else for (const line of lines) void screen.print(screen.isTerminal ? screen.style('dim', visibleLine(line)) : line)
}

/** On a terminal, control characters must be escaped. */
function rawPrinter(screen: Screen): (bytes: Uint8Array) => Promise<void> | undefined {
  const decoder = new TextDecoder()
  return (bytes) => screen.write(screen.isTerminal ? visible(decoder.decode(bytes, { stream: true })) : bytes)
}

function stopped(why: Stop, args: Arguments, stream: EventStream, narrator: Narrator, screen: Screen): number {
  if (why === 'output closed') return 0
  if (why === 'timeout') {
    narrator.timedOut(`No message for ${(args.timeout ?? 0) / 1_000} s`)
    return 1
  }
  narrator.ended('interrupted')
  const { messages } = narrator
  const { lastEventId } = stream
  const count = `${messages} message${messages === 1 ? '' : 's'}`
  if (lastEventId === '') {
    screen.log([`Stopped after ${count}. No event IDs received, so the stream can't be resumed.`])
    return 0
  }
  const { command, hides } = resumption(args, lastEventId)
  screen.log([`Stopped after ${count}. Last event ID: ${visibleLine(lastEventId)}`])
  if (visible(command) !== command) return 0
  screen.log([`To resume${hides ? ' (replace <hidden> with your values)' : ''}:`, `  ${command}`])
  return 0
}

/** Prints the body of a refused response. */
function printBody({ body = '' }: ConnectionErrorInstance, screen: Screen): void {
  const text = visible(body.trim())
  // An HTML page isn't readable here.
  if (text === '' || text.startsWith('<')) return
  screen.log([
    'Response body:',
    ...text
      .slice(0, 2_000)
      .split('\n')
      .slice(0, 20)
      .map((line) => `  ${line}`),
  ])
}

/** Calls `onTimeout` when `restart` has not been called for `ms`. */
class IdleTimer {
  readonly #ms: number | undefined
  readonly #onTimeout: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number | undefined, onTimeout: () => void) {
    this.#ms = ms
    this.#onTimeout = onTimeout
    this.restart()
  }

  restart(): void {
    if (this.#ms === undefined) return
    if (this.#timer) this.#timer.refresh()
    else this.#timer = setTimeout(this.#onTimeout, this.#ms).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
