/** The protocol between the page and the local server. */

/** Response header that describes the forwarded response: percent-encoded JSON. */
export const FORWARDED = 'X-Forwarded-Response'

/** The request to forward. */
export interface ForwardRequest {
  url: string
  method: string
  headers: [name: string, value: string][]
  body: string | null
}

/** The JSON in the header. */
export interface ForwardedHead {
  status: number
  statusText: string
  /** After redirects. */
  url: string
  headers: [name: string, value: string][]
}

/** The local server's response if forwarding failed. */
export interface ForwardFailure {
  error: string
  /** System error code such as `ECONNREFUSED`, if known. */
  code?: string | undefined
}
