/** What the page and the local server say to each other. */

/** The header in which the local server says what answer it got: JSON, percent-encoded. */
export const FORWARDED = 'X-Forwarded-Response'

/** What the page asks to be sent. */
export interface ForwardRequest {
  url: string
  method: string
  headers: [name: string, value: string][]
  body: string | null
}

/** What the header holds. */
export interface ForwardedHead {
  status: number
  statusText: string
  /** After redirects. */
  url: string
  headers: [name: string, value: string][]
}

/** What the local server says instead where there is no answer. */
export interface ForwardFailure {
  error: string
  /** The system's, such as `ECONNREFUSED`, where it is known. */
  code?: string | undefined
}
