/** The head of the last answer, as the server sent it. */

import type { Answer, Session } from '../session.ts'
import { byId, make, say } from './dom.ts'

export class AnswerView {
  readonly #summary = byId('answer-summary', HTMLElement)
  readonly #list = byId('answer-headers', HTMLDListElement)
  readonly #body = byId('answer-body', HTMLPreElement)
  #shown: Answer | undefined

  render({ answer, wanted }: Session): void {
    if (!answer) {
      if (this.#shown) this.#list.replaceChildren()
      say(this.#summary, 'There has been none yet.')
      this.#body.hidden = true
    } else if (answer !== this.#shown) {
      const { status, url, headers, body } = answer
      const way =
        wanted.way === 'forwarded'
          ? 'Forwarded by the local server, with all its headers.'
          : 'Read by the browser itself, which shows only some headers of other origins.'
      say(this.#summary, `${status} from ${url}. ${way} ${readers(answer, wanted.way)}`)
      this.#list.replaceChildren(...headers.flatMap(([name, value]) => [make('dt', '', name), make('dd', '', value)]))
      this.#body.hidden = body === undefined || body === ''
      this.#body.textContent = body ?? ''
    }
    this.#shown = answer
  }
}

/** Whether a page of another origin could read it. */
function readers({ headers }: Answer, way: string): string {
  if (way === 'direct') return ''
  const allowed = headers.find(([name]) => name.toLowerCase() === 'access-control-allow-origin')?.[1]
  return allowed === undefined
    ? 'Pages of other origins could not read it: it has no Access-Control-Allow-Origin.'
    : `Pages of other origins can read it if they are these: ${allowed}.`
}
