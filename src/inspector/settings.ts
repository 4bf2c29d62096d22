/** The settings that a server sends to the page. */

/** The request in the form. */
export interface RequestFields {
  url: string
  method: string
  /** One per line. */
  headers: string
  body: string
}

/** A stream of the demo server. */
export interface OfferedStream extends RequestFields {
  name: string
  about: string
  /** The view to show first. */
  view: 'messages' | 'text'
  /** Event types of its messages other than `message`. */
  types?: string[]
  /** Type or data of the message at which the client closes the stream. */
  closeAt?: string
  /** Whether to reconnect when the connection is lost. Default: only with GET. */
  reconnects?: boolean
}

/** Actions of the demo server on a stream. */
export type ControlName = 'drop' | 'stall' | 'refuse' | 'burst'

export interface Settings {
  /** The server's own streams. */
  streams: OfferedStream[]
  /** Initial request, if it is not one of `streams`. */
  request?: RequestFields
  /** URL to `POST` actions to. */
  control?: string
  /** URL of the forwarding endpoint. */
  forward?: string
  /** Whether to connect to `request` at once. */
  connects?: boolean
  /** URL of the page's documentation. */
  docs?: string
  /** Links to other pages of the server. */
  links?: { href: string; text: string }[]
}
