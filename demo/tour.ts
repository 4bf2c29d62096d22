/** The tour: a client in the terminal that visits each stream, with the built package as any user has it. */

import 'everysource/polyfill'
import { arrival, follow, leave, show, showState, visit } from './client.ts'
import { MESSAGES_PER_CONNECTION } from './streams.ts'
import type { Terminal } from './terminal.ts'
import { chat } from './tour-chat.ts'
import { loop } from './tour-loop.ts'

/** The streams of which the tour shows the server's side as well. */
export const TWO_SIDED: readonly string[] = ['/stream', '/drop', '/chat']

/** How long the client of `/stream` stays, in ms. */
const STAY = 10_000

/**
 * Visits the streams of the server at `base`; rejects when one of them fails.
 *
 * @param quiet resolves when the server has heard that its clients have gone
 */
export async function tour(base: string, terminal: Terminal, quiet: () => Promise<void>): Promise<void> {
  terminal.heading('1. A clock. It goes on through the next stops: its client stays for 10 seconds.')
  const clock = startClock(base, terminal)
  await clock.opened

  terminal.heading('2. Three streams at once: messages, messages with types of their own, a retry time.')
  await Promise.all([
    follow(base, '/current-time', terminal, ['message'], 2),
    follow(base, '/people', terminal, ['name', 'age']),
    retry(base, terminal),
  ])

  terminal.heading('3. Twice the same, but one server forgets the blank line that ends a message.')
  await framedAndUnframed(base, terminal)

  terminal.heading('4. A typewriter: each message is a character.')
  await article(base, terminal)
  await clock.closed

  terminal.heading('5. A lost connection: the client comes back and says what it had last.')
  await follow(base, '/drop', terminal, ['message'], 2 * MESSAGES_PER_CONNECTION)
  await quiet()

  terminal.heading('6. A chat: a POST with a token, refused, then busy, then cut in the middle of its answer.')
  await chat(base, terminal)
  await quiet()

  terminal.heading('7. The same as a loop: it takes what it wants, and leaving it ends the response.')
  await loop(base, terminal)
  await quiet()
}

/** As tutorials do it: with the global `EventSource`, if there is one, and a third argument for each listener. */
function startClock(base: string, terminal: Terminal): { opened: Promise<void>; closed: Promise<void> } {
  const path = '/stream'
  const supported = 'EventSource' in globalThis
  terminal.line(path, '', `'EventSource' in globalThis: ${supported}, after import 'everysource/polyfill'`)
  if (!supported) throw new Error('The polyfill has installed nothing')

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
        reject(new Error(`${path} has failed: ${text}`))
      },
      false,
    )
  })
  const closed = new Promise<void>((resolve) => {
    setTimeout(() => {
      source.close()
      terminal.line(path, 'CLOSED', `by the client, after ${STAY / 1000} s`)
      resolve()
    }, STAY)
  })
  return { opened, closed }
}

async function retry(base: string, terminal: Terminal): Promise<void> {
  const { path, source } = await follow(base, '/retry', terminal, ['connecttime', 'message'], 2)
  terminal.line(path, '', `had it been lost, the next attempt would have come after ${source.reconnectionTime} ms`)
}

async function framedAndUnframed(base: string, terminal: Terminal): Promise<void> {
  const unframed = visit(base, '/events/unframed', terminal)
  await follow(base, '/events', terminal, ['message'], 2)
  showState(unframed, 'still: as many dates have come, but no event')
  leave(unframed)
}

/** The text grows until the event `end`. */
async function article(base: string, terminal: Terminal): Promise<void> {
  const visitor = visit(base, '/article', terminal)
  let text = ''
  visitor.source.addEventListener('message', ({ data }) => {
    text += data
    terminal.grow(visitor.path, 'message', text)
  })
  show(visitor, 'end')
  await arrival(visitor, 'end')
  leave(visitor, 'by the client, at the event "end"')
}
