/** The last request and its response: status, headers, and the body if it is an error. */

import type { RequestInfo, ResponseInfo, Session } from '../session.ts'
import { byId, make, setText } from './dom.ts'

export class HeadersView {
  readonly #requestSummary = byId('request-summary', HTMLElement)
  readonly #requestList = byId('request-headers', HTMLDListElement)
  readonly #summary = byId('response-summary', HTMLElement)
  readonly #list = byId('response-headers', HTMLDListElement)
  readonly #body = byId('response-body', HTMLPreElement)
  #request: RequestInfo | undefined
  #shown: ResponseInfo | undefined

  render({ request, response, wanted }: Session): void {
    if (request && request !== this.#request) {
      const { method, url, headers } = request
      setText(this.#requestSummary, `${method} ${url}`)
      this.#requestList.replaceChildren(...pairs(headers))
      this.#request = request
    }
    if (!response) {
      if (this.#shown) this.#list.replaceChildren()
      setText(this.#summary, 'No response yet.')
      this.#body.hidden = true
    } else if (response !== this.#shown) {
      const { status, url, headers, body } = response
      const route =
        wanted.route === 'forwarded'
          ? 'Forwarded by the local server, with all headers.'
          : 'The browser sent the request, adds its own headers, and hides some response headers of other origins.'
      setText(this.#summary, `${status} from ${url}. ${route} ${allowedReaders(response, wanted.route)}`)
      this.#list.replaceChildren(...pairs(headers))
      this.#body.hidden = body === undefined || body === ''
      this.#body.textContent = body ?? ''
    }
    this.#shown = response
  }
}

function pairs(headers: [string, string][]): HTMLElement[] {
  return headers.flatMap(([name, value]) => [make('dt', '', name), make('dd', '', value)])
}

/** Which pages on other origins can read the response. */
function allowedReaders({ headers }: ResponseInfo, route: string): string {
  if (route === 'direct') return ''
  const allowed = headers.find(([name]) => name.toLowerCase() === 'access-control-allow-origin')?.[1]
  return allowed === undefined
    ? "Pages on other origins can't read it: Access-Control-Allow-Origin is missing."
    : `Other origins that can read it: ${allowed}.`
}
