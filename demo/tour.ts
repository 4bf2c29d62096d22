/** The tour: a client in the terminal that follows each stream, with the built package. */

import 'everysource/polyfill'
import { arrival, close, follow, show, showState, visit } from './client.ts'
import { MESSAGES_PER_CONNECTION } from './streams.ts'
import type { Terminal } from './terminal.ts'
import { chat } from './tour-chat.ts'
import { loop } from './tour-loop.ts'

/** The streams whose server log the tour prints too. */
export const TWO_SIDED: readonly string[] = ['/stream', '/drop', '/chat']

/** How long the client of `/stream` stays connected, in ms. */
const CLOCK_DURATION = 10_000

/**
 * Follows the streams of the server at `base`; rejects if one of them fails.
 *
 * @param quiet resolves when the server has noticed that its clients are gone
 */
export async function tour(base: string, terminal: Terminal, quiet: () => Promise<void>): Promise<void> {
  terminal.heading('1. A clock. Its client stays connected for 10 seconds, during the next stops.')
  const clock = startClock(base, terminal)
  await clock.opened

  terminal.heading('2. Three streams at once: plain messages, custom event types, a reconnection time.')
  await Promise.all([
    follow(base, '/current-time', terminal, ['message'], 2),
    follow(base, '/people', terminal, ['name', 'age']),
    retry(base, terminal),
  ])

  terminal.heading('3. The same dates twice, but one server omits the blank line that ends a message.')
  await framedAndUnframed(base, terminal)

  terminal.heading('4. A typewriter: each message is one character.')
  await article(base, terminal)
  await clock.closed

  terminal.heading('5. A lost connection: the client reconnects and sends its last event ID.')
  await follow(base, '/drop', terminal, ['message'], 2 * MESSAGES_PER_CONNECTION)
  await quiet()

  terminal.heading('6. A chat: a POST that is refused, then rate limited, then cut off in the middle of its answer.')
  await chat(base, terminal)
  await quiet()

  terminal.heading('7. The same chat as a loop: leaving the loop cancels the response.')
  await loop(base, terminal)
  await quiet()
}

/** Written like tutorials do: the global `EventSource`, a feature check, and a third argument for each listener. */
function startClock(base: string, terminal: Terminal): { opened: Promise<void>; closed: Promise<void> } {
  const path = '/stream'
  const supported = 'EventSource' in globalThis
  terminal.line(path, '', `'EventSource' in globalThis: ${supported}, after import 'everysource/polyfill'`)
  if (!supported) throw new Error('The polyfill did not install EventSource')

  const source = new EventSource(new URL(path, base))
  terminal.line(path, 'CONNECTING', `to ${source.url}`)
  source.addEventListener(
    'message',
    ({ data, lastEventId }) => {
      terminal.line(path, 'message', `${data} (id ${lastEventId})`)
    },
    false,
  )
  const opened = new Promise<void>((resolve, reject) => {
    source.addEventListener(
      'open',
      () => {
        terminal.line(path, 'OPEN')
        resolve()
      },
      false,
    )
    source.addEventListener(
      'error',
      (event) => {
        const text = 'data' in event ? String(event.data) : 'message' in event ? String(event.message) : ''
        terminal.line(path, 'error', text)
        reject(new Error(`${path} failed: ${text}`))
      },
      false,
    )
  })
  const closed = new Promise<void>((resolve) => {
    setTimeout(() => {
      source.close()
      terminal.line(path, 'CLOSED', `by the client, after ${CLOCK_DURATION / 1000} s`)
      resolve()
    }, CLOCK_DURATION)
  })
  return { opened, closed }
}

async function retry(base: string, terminal: Terminal): Promise<void> {
  const { path, source } = await follow(base, '/retry', terminal, ['connecttime', 'message'], 2)
  terminal.line(path, '', `after a lost connection, it would reconnect in ${source.reconnectionTime} ms`)
}

async function framedAndUnframed(base: string, terminal: Terminal): Promise<void> {
  const unframed = visit(base, '/events/unframed', terminal)
  await follow(base, '/events', terminal, ['message'], 2)
  showState(unframed, 'still: the server sent dates, but no event fired')
  close(unframed)
}

/** Prints the growing text until the event `end`. */
async function article(base: string, terminal: Terminal): Promise<void> {
  const visitor = visit(base, '/article', terminal)
  let text = ''
  visitor.source.addEventListener('message', ({ data }) => {
    text += data
    terminal.grow(visitor.path, 'message', text)
  })
  show(visitor, 'end')
  await arrival(visitor, 'end')
  close(visitor, 'by the client, at event "end"')
}
