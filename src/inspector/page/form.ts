/** The form with the request and the options. */

import type { OfferedStream, RequestFields, Settings } from '../settings.ts'
import { check, InputError, readHeaders, readURL, nativeLimit, type Wanted, type Route } from './request.ts'
import { hasPrompt, questionOf, withPrompt } from './text.ts'
import { byId, make, setText } from './view/dom.ts'

/** The option for a URL that is not one of the server's streams. */
const OTHER = ''

export class Form {
  readonly element = byId('request', HTMLFormElement)
  readonly #settings: Settings
  readonly #stream = byId('stream', HTMLSelectElement)
  readonly #url = byId('url', HTMLInputElement)
  readonly #method = byId('method', HTMLInputElement)
  readonly #headers = byId('headers', HTMLTextAreaElement)
  readonly #body = byId('body', HTMLTextAreaElement)
  readonly #prompt = byId('prompt', HTMLInputElement)
  readonly #types = byId('types', HTMLInputElement)
  readonly #closeAt = byId('close-at', HTMLInputElement)
  readonly #reconnects = byId('reconnects', HTMLInputElement)
  readonly #retriesTransient = byId('retry-transient', HTMLInputElement)
  readonly #compares = byId('compares', HTMLInputElement)
  readonly #forwarded = byId('forwarded', HTMLInputElement)
  readonly #view = byId('view', HTMLSelectElement)
  readonly #error = byId('form-error', HTMLElement)

  constructor(settings: Settings) {
    this.#settings = settings
    const { streams, request, forward } = settings
    this.#stream.append(
      ...streams.map(({ name }) => option(name, name)),
      ...(streams.length > 0 ? [option(OTHER, 'Another URL')] : []),
    )
    byId('stream-field', HTMLElement).hidden = streams.length === 0
    this.#forwarded.disabled = forward === undefined
    this.#forwarded.checked = forward !== undefined
    byId('direct', HTMLInputElement).checked = forward === undefined
    byId('no-forwarding', HTMLElement).hidden = forward !== undefined
    // Don't open a second connection to the user's own server unless the user asks for it.
    this.#compares.checked = streams.length > 0

    this.#stream.addEventListener('change', () => {
      const chosen = streams.find(({ name }) => name === this.#stream.value)
      this.#fill(chosen ?? EMPTY)
    })
    this.#url.addEventListener('input', () => {
      if (this.#stream.value !== OTHER) this.#stream.value = OTHER
      this.#showOffer()
    })
    this.#prompt.addEventListener('input', () => {
      this.#body.value = withPrompt(this.#body.value, this.#prompt.value)
    })
    this.#body.addEventListener('input', () => {
      this.#showPrompt()
    })
    this.#fill(request ?? streams[0] ?? EMPTY)
  }

  /** The selected stream of the demo server. */
  get offered(): OfferedStream | undefined {
    return this.#settings.streams.find(({ name }) => name === this.#stream.value)
  }

  /** Returns the settings, or shows an error in the form and returns undefined. */
  read(): Wanted | undefined {
    this.#showError(undefined)
    try {
      const wanted = this.#wanted()
      check(wanted)
      return wanted
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      this.#showError(error)
      return undefined
    }
  }

  /** Adds an event type that the stream sent to the field. */
  addType(type: string): void {
    const types = words(this.#types.value)
    if (type !== 'message' && !types.includes(type)) this.#types.value = [...types, type].join(' ')
  }

  #wanted(): Wanted {
    const method = this.#method.value.trim().toUpperCase() || 'GET'
    const route: Route = this.#forwarded.checked ? 'forwarded' : 'direct'
    const wanted: Wanted = {
      url: readURL(this.#url.value, location.href),
      method,
      headers: readHeaders(this.#headers.value),
      body: this.#body.value === '' ? undefined : this.#body.value,
      route,
      reconnects: this.#reconnects.checked,
      retriesTransient: this.#retriesTransient.checked,
      closeAt: this.#closeAt.value.trim(),
      types: words(this.#types.value),
      compares: this.#compares.checked,
    }
    return { ...wanted, compares: wanted.compares && nativeLimit(wanted) === undefined }
  }

  #fill(stream: RequestFields & Partial<OfferedStream>): void {
    this.#url.value = stream.url
    this.#method.value = stream.method
    this.#headers.value = stream.headers
    this.#body.value = stream.body
    this.#types.value = (stream.types ?? []).join(' ')
    this.#closeAt.value = stream.closeAt ?? ''
    this.#reconnects.checked = stream.reconnects ?? stream.method === 'GET'
    this.#view.value = stream.view ?? (questionOf(stream.body) === undefined ? 'messages' : 'text')
    this.#view.dispatchEvent(new Event('change'))
    byId('details', HTMLDetailsElement).open = stream.name === undefined && stream.method !== 'GET'
    this.#showPrompt()
    this.#showOffer()
    this.#showError(undefined)
  }

  #showOffer(): void {
    const { offered } = this
    setText(byId('about', HTMLElement), offered?.about ?? '')
    byId('controls', HTMLElement).hidden = offered === undefined || this.#settings.control === undefined
  }

  #showPrompt(): void {
    const isChat = hasPrompt(this.#body.value)
    byId('prompt-field', HTMLElement).hidden = !isChat
    if (isChat) this.#prompt.value = questionOf(this.#body.value) ?? ''
  }

  #showError(error: InputError | undefined): void {
    for (const field of [this.#url, this.#method, this.#headers, this.#body]) field.removeAttribute('aria-invalid')
    setText(this.#error, error?.message ?? '')
    if (!error) return
    const field = byId(error.field, HTMLElement)
    if (error.field !== 'url') byId('details', HTMLDetailsElement).open = true
    field.setAttribute('aria-invalid', 'true')
    field.focus()
  }
}

const EMPTY: RequestFields = { url: '', method: 'GET', headers: '', body: '' }

function option(value: string, text: string): HTMLOptionElement {
  const element = make('option', '', text)
  element.value = value
  return element
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}
