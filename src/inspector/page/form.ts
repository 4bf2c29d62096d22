/** The form with the request and the options. */

import type { Remedy } from '../../diagnosis/finding.ts'
import type { OfferedStream, RequestFields, Settings } from '../settings.ts'
import {
  check,
  InputError,
  nativeLimit,
  readHeaders,
  readStatuses,
  readURL,
  words,
  type Route,
  type Wanted,
} from './request.ts'
import { hasPrompt, questionOf, withPrompt } from './text.ts'
import { byId, make, setText } from './view/dom.ts'

/** How many types the page adds to the field. */
const MAX_TYPES = 100

/** The option for a URL that is not one of the server's streams. */
const OTHER = ''

export class Form {
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
  readonly #retryStatuses = byId('retry-statuses', HTMLInputElement)
  readonly #compares = byId('compares', HTMLInputElement)
  readonly #forwarded = byId('forwarded', HTMLInputElement)
  readonly #panel = byId('panel', HTMLElement)
  readonly #toggle = byId('request-toggle', HTMLButtonElement)
  readonly #error = byId('form-error', HTMLElement)
  readonly #onView: (view: OfferedStream['view']) => void

  /**
   * @param onChange called when the user edits the form
   * @param onView called with the view that suits the selected stream
   */
  constructor(settings: Settings, onChange: () => void, onView: (view: OfferedStream['view']) => void) {
    this.#settings = settings
    this.#onView = onView
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
    this.#stream.addEventListener('change', () => {
      this.#fill(this.offered ?? EMPTY)
      if (!this.offered) this.#url.focus()
    })
    this.#prompt.addEventListener('input', () => {
      this.#body.value = withPrompt(this.#body.value, this.#prompt.value)
    })
    this.#body.addEventListener('input', () => {
      this.#showPrompt()
    })
    this.#toggle.addEventListener('click', () => {
      this.#open(this.#panel.hidden !== false)
    })
    for (const part of [byId('request', HTMLFormElement), this.#panel]) {
      part.addEventListener('input', onChange)
      part.addEventListener('change', onChange)
    }
    this.#fill(request ?? streams[0] ?? EMPTY)
  }

  /** The selected stream of the demo server. */
  get offered(): OfferedStream | undefined {
    return this.#settings.streams.find(({ name }) => name === this.#stream.value)
  }

  /** Returns the settings, or shows an error in the form and returns undefined. */
  read(): Wanted | undefined {
    this.showError(undefined)
    try {
      return this.#wanted()
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      this.showError(error)
      return undefined
    }
  }

  /** How the settings differ from those of a stream. */
  compare(other: Wanted): 'same' | 'other settings' | 'other stream' {
    let wanted: Wanted
    try {
      wanted = this.#wanted()
    } catch {
      return 'other settings'
    }
    if (wanted.url.href !== other.url.href) return 'other stream'
    // The page adds the types that the stream sends.
    return JSON.stringify({ ...wanted, types: [] }) === JSON.stringify({ ...other, types: [] })
      ? 'same'
      : 'other settings'
  }

  /** Adds an event type that the stream sent to the field. */
  addType(type: string): void {
    const types = words(this.#types.value)
    if (type !== 'message' && types.length < MAX_TYPES && !types.includes(type))
      this.#types.value = [...types, type].join(' ')
  }

  /** Shows the request of a stream again if the user has selected another one. */
  restore(wanted: Wanted): void {
    if (this.compare(wanted) !== 'other stream') return
    const { url, method, headers, body = '' } = wanted
    const isOffered = (stream: OfferedStream): boolean => new URL(stream.url, location.href).href === url.href
    const offered = this.#settings.streams.find(isOffered)
    this.#stream.value = offered?.name ?? OTHER
    const lines = headers.map(([name, value]) => `${name}: ${value}`).join('\n')
    this.#fill({ ...offered, url: offered?.url ?? url.href, method, headers: lines, body })
    this.#reconnects.checked = wanted.reconnects
    this.#retryStatuses.value = wanted.retryStatuses.join(', ')
    this.#closeAt.value = wanted.closeAt
    this.#types.value = wanted.types.join(' ')
    this.#forwarded.checked = wanted.route === 'forwarded'
    byId('direct', HTMLInputElement).checked = wanted.route === 'direct'
    this.#compares.checked = wanted.compares
  }

  /** Applies a setting that may help. Returns false if the user has to complete it first. */
  apply(remedy: Remedy | 'forward'): boolean {
    if (remedy === 'forward') {
      this.#forwarded.checked = true
      return true
    }
    if ('retryStatus' in remedy) {
      this.#retryStatuses.value = [...new Set([...words(this.#retryStatuses.value), remedy.retryStatus])].join(', ')
      return true
    }
    this.#open(true)
    if ('method' in remedy) {
      this.#method.value = remedy.method
      this.#body.focus()
      return false
    }
    const { header } = remedy
    const name = header.slice(0, header.indexOf(':')).toLowerCase()
    const others = this.#headers.value
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.toLowerCase().startsWith(`${name}:`))
    this.#headers.value = [...others, header].join('\n')
    const [placeholder] = /<\w+>/.exec(header) ?? []
    if (placeholder === undefined) return true
    // Typing replaces it.
    const start = this.#headers.value.lastIndexOf(placeholder)
    this.#headers.focus()
    this.#headers.setSelectionRange(start, start + placeholder.length)
    return false
  }

  #wanted(): Wanted {
    const method = this.#method.value.trim().toUpperCase() || 'GET'
    const route: Route = this.#forwarded.checked ? 'forwarded' : 'direct'
    const wanted: Wanted = {
      url: readURL(this.#url.value, this.#settings.streams.length > 0 ? location.href : undefined),
      method,
      headers: readHeaders(this.#headers.value),
      body: this.#body.value === '' ? undefined : this.#body.value,
      route,
      reconnects: this.#reconnects.checked,
      retryStatuses: readStatuses(this.#retryStatuses.value),
      closeAt: this.#closeAt.value.trim(),
      types: words(this.#types.value),
      compares: this.#compares.checked,
    }
    check(wanted)
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
    this.#retryStatuses.value = ''
    // Don't open a second connection to the user's own server unless the user asks for it.
    this.#compares.checked = stream.name !== undefined
    this.#onView(stream.view ?? (questionOf(stream.body) === undefined ? 'messages' : 'text'))
    this.#open(stream.method !== 'GET')
    this.#showPrompt()
    this.#showOffer()
    this.showError(undefined)
  }

  #open(isOpen: boolean): void {
    this.#panel.hidden = !isOpen
    this.#toggle.setAttribute('aria-expanded', String(isOpen))
  }

  #showOffer(): void {
    const { offered } = this
    byId('url-field', HTMLElement).hidden = offered !== undefined
    setText(
      byId('about', HTMLElement),
      offered?.about ?? 'Any stream on this machine or on a server that allows this page.',
    )
  }

  #showPrompt(): void {
    const isChat = hasPrompt(this.#body.value)
    byId('prompt-field', HTMLElement).hidden = !isChat
    if (isChat) this.#prompt.value = questionOf(this.#body.value) ?? ''
  }

  /** Shows an error at its field, or removes the last one. */
  showError(error: InputError | undefined): void {
    for (const field of [this.#url, this.#method, this.#headers, this.#body, this.#retryStatuses])
      field.removeAttribute('aria-invalid')
    setText(this.#error, error?.message ?? '')
    if (!error) return
    const field = byId(error.field, HTMLElement)
    if (this.#panel.contains(field)) this.#open(true)
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
