/** The demo server's actions on the stream that is open. */

import type { ControlName } from '../settings.ts'
import type { Session } from './session.ts'
import { byId, setText } from './view/dom.ts'

export class ServerActions {
  readonly #bar = byId('controls', HTMLElement)
  readonly #result = byId('control-result', HTMLElement)
  readonly #buttons = [...this.#bar.querySelectorAll<HTMLButtonElement>('[data-action]')]
  readonly #session: () => Session | undefined

  /**
   * @param control URL to send the actions to, if the server has any
   * @param session returns the current session
   */
  constructor(control: string | undefined, session: () => Session | undefined) {
    this.#session = session
    this.#bar.hidden = control === undefined
    for (const button of this.#buttons) {
      button.addEventListener('click', () => void this.#send(control ?? '', button.dataset.action as ControlName))
    }
    // The text about the selected stream takes its place.
    byId('stream', HTMLSelectElement).addEventListener('change', () => {
      setText(this.#result, '')
    })
    this.render()
  }

  /** The path of the open stream, if it is one of this server. */
  get #path(): string | undefined {
    const session = this.#session()
    const isOwn = session?.isOpen === true && session.wanted.url.origin === location.origin
    return isOwn ? session.wanted.url.pathname : undefined
  }

  render(): void {
    // Disabling a button would lose the keyboard focus.
    for (const button of this.#buttons) button.setAttribute('aria-disabled', String(this.#path === undefined))
  }

  async #send(control: string, action: ControlName): Promise<void> {
    const path = this.#path
    if (path === undefined) {
      setText(this.#result, 'Connect to a stream of this server first.')
      return
    }
    try {
      const response = await fetch(control, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ action, path }),
      })
      const { message } = (await response.json()) as { message: string }
      setText(this.#result, `${path}: ${message}`)
    } catch {
      setText(this.#result, 'The server is not responding.')
    }
  }
}
