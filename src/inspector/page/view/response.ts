/** The status and headers of the last response, and its body if it is an error. */

import type { ResponseInfo, Session } from '../session.ts'
import { byId, make, setText } from './dom.ts'

export class ResponseView {
  readonly #summary = byId('response-summary', HTMLElement)
  readonly #list = byId('response-headers', HTMLDListElement)
  readonly #body = byId('response-body', HTMLPreElement)
  #shown: ResponseInfo | undefined

  render({ response, wanted }: Session): void {
    if (!response) {
      if (this.#shown) this.#list.replaceChildren()
      setText(this.#summary, 'No response yet.')
      this.#body.hidden = true
    } else if (response !== this.#shown) {
      const { status, url, headers, body } = response
      const route =
        wanted.route === 'forwarded'
          ? 'Forwarded by the local server, with all headers.'
          : 'Sent by the browser, which hides some headers of other origins.'
      setText(this.#summary, `${status} from ${url}. ${route} ${allowedReaders(response, wanted.route)}`)
      this.#list.replaceChildren(...headers.flatMap(([name, value]) => [make('dt', '', name), make('dd', '', value)]))
      this.#body.hidden = body === undefined || body === ''
      this.#body.textContent = body ?? ''
    }
    this.#shown = response
  }
}

/** Which pages on other origins can read the response. */
function allowedReaders({ headers }: ResponseInfo, route: string): string {
  if (route === 'direct') return ''
  const allowed = headers.find(([name]) => name.toLowerCase() === 'access-control-allow-origin')?.[1]
  return allowed === undefined
    ? "Pages on other origins can't read it: Access-Control-Allow-Origin is missing."
    : `Other origins that can read it: ${allowed}.`
}
