/** Shows the messages as one text, such as a chat's answer. */

import { pieceOf, questionOf } from '../text.ts'
import { byId, make } from './dom.ts'

/** Characters. */
const MAX_TEXT = 100_000

export class ReadingView {
  readonly #frame = byId('reading', HTMLElement)
  #answer = document.createTextNode('')
  /** Text to add at the next render. */
  #waiting = ''

  /** Clears the text, and shows the prompt if the request has one. */
  begin(body: string | undefined): void {
    this.#waiting = ''
    const question = questionOf(body ?? '')
    this.#frame.replaceChildren()
    if (question !== undefined) this.#frame.append(bubble('question', 'You', question))
    this.#answer = document.createTextNode('')
    const answer = make('p', 'bubble answer', this.#answer)
    if (question !== undefined) answer.prepend(make('span', 'speaker', 'Answer'))
    this.#frame.append(answer)
  }

  /** Clears the answer. */
  clear(): void {
    this.#waiting = ''
    this.#answer.data = ''
  }

  add(data: string): void {
    this.#waiting += pieceOf(data) ?? ''
    // A hidden page doesn't render.
    if (this.#waiting.length > 2 * MAX_TEXT) this.#waiting = this.#waiting.slice(-MAX_TEXT)
  }

  render(): void {
    if (this.#waiting === '') return
    const isAtEnd = this.#frame.scrollTop + this.#frame.clientHeight >= this.#frame.scrollHeight - 8
    this.#answer.appendData(this.#waiting)
    this.#waiting = ''
    const { length } = this.#answer
    if (length > MAX_TEXT) this.#answer.replaceData(0, length - MAX_TEXT, '…')
    if (isAtEnd) this.#frame.scrollTop = this.#frame.scrollHeight
  }
}

function bubble(className: string, speaker: string, text: string): HTMLElement {
  return make('p', `bubble ${className}`, make('span', 'speaker', speaker), text)
}
