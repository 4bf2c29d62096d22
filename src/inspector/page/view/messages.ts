/** The list of the newest messages. */

import type { Message, Recording } from '../recording.ts'
import { byId, clock, duration, grouped, make, setText } from './dom.ts'

/** More rows than anyone reads; the export has older messages. */
const MAX_ROWS = 200
/** Characters shown per message. */
const MAX_SHOWN = 2_000

export class MessageList {
  readonly #list = byId('messages', HTMLOListElement)
  readonly #frame = byId('messages-frame', HTMLElement)
  readonly #note = byId('messages-note', HTMLElement)
  #shown: Recording | undefined
  /** The number of the last message in the list. */
  #last = 0

  render(recording: Recording): void {
    if (recording !== this.#shown) {
      this.#shown = recording
      this.#last = 0
      this.#list.replaceChildren()
    }
    const { messages, count, startedAt } = recording
    const isAtEnd = this.#frame.scrollTop + this.#frame.clientHeight >= this.#frame.scrollHeight - 8
    const fresh = Math.min(count - this.#last, MAX_ROWS, messages.length)
    if (fresh === 0) return
    if (fresh === MAX_ROWS) this.#list.replaceChildren()
    const first = messages.length - fresh
    const rows = messages.slice(first).map((message, index) => row(message, messages[first + index - 1], startedAt))
    this.#list.append(...rows)
    while (this.#list.childElementCount > MAX_ROWS) this.#list.firstElementChild?.remove()
    this.#last = count
    const hidden = count - this.#list.childElementCount
    setText(
      this.#note,
      hidden === 0
        ? ''
        : `Showing the newest ${MAX_ROWS} of ${grouped(count)} messages; ${grouped(hidden)} are hidden.`,
    )
    // Don't scroll if the user has scrolled up.
    if (isAtEnd) this.#frame.scrollTop = this.#frame.scrollHeight
  }
}

function row(
  { number, at, type, lastEventId, data }: Message,
  before: Message | undefined,
  startedAt: number,
): HTMLLIElement {
  const head = make(
    'div',
    'message-head',
    make('span', 'message-number', `#${number}`),
    make('span', 'message-time', clock(at - startedAt)),
    make('span', 'message-gap', before ? `+${duration(at - before.at)}` : 'first'),
    make('span', 'message-type', type),
  )
  if (lastEventId !== '') head.append(make('span', 'message-id', `id ${lastEventId}`))
  const body = make('div', 'message-data', data.slice(0, MAX_SHOWN))
  if (data.length > MAX_SHOWN) {
    body.append(make('span', 'muted', ` … and ${grouped(data.length - MAX_SHOWN)} more characters`))
  }
  if (data === '') body.append(make('span', 'muted', 'empty'))
  return make('li', '', head, body)
}
