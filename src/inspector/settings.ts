/** What a server tells the page about itself. */

/** What to send. */
export interface RequestFields {
  url: string
  method: string
  /** One on each line. */
  headers: string
  body: string
}

/** One of the streams of the demo's server. */
export interface OfferedStream extends RequestFields {
  name: string
  about: string
  /** How a person would want to see it. */
  view: 'messages' | 'text'
  /** Types that its messages have, besides `message`. */
  types?: string[]
  /** The type or the data of the message at which a client closes it. */
  closeAt?: string
  /** Whether to send the request again when the connection is lost. Default: with GET. */
  reconnects?: boolean
}

/** What the buttons make the demo's server do to a stream. */
export type ControlName = 'drop' | 'stall' | 'refuse' | 'burst'

export interface Settings {
  /** The streams that the server has itself. */
  streams: OfferedStream[]
  /** What to begin with, where that is none of them. */
  request?: RequestFields
  /** Where the page's own server takes what it shall do to its streams: `POST` there. */
  control?: string
  /** Where it forwards requests. */
  forward?: string
  /** Other pages of the server. */
  links?: { href: string; text: string }[]
}
