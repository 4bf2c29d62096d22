/** Observations of requests and their responses. Plain data that survives JSON. */

/** One request. */
export interface Observation {
  /** The URL requested. */
  readonly url: string
  /** In upper case. */
  readonly method: string
  /** The request header `Last-Event-ID`, if any. */
  readonly lastEventId: string | undefined
  /** All times are ms on one clock. */
  readonly requestedAt: number
  /** The head of the response, once received. */
  head?: Head
  /** How the request ended, once it has. */
  end?: End
  /** The arrival times of the bytes. */
  readonly bursts: Burst[]
  /** The content of the bytes. */
  readonly text: TextCounts
}

/** The head of a response. */
export interface Head {
  readonly at: number
  readonly status: number
  /** The final URL, after redirects. */
  readonly url: string
  readonly redirected: boolean
  /** The headers relevant to a diagnosis, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/** - `ended`: the server, or a proxy, ended the body
 *  - `failed`: the request got no response, or the body was interrupted
 *  - `aborted`: the client canceled it */
export interface End {
  readonly at: number
  readonly how: 'ended' | 'failed' | 'aborted'
  /** System error code such as `ECONNREFUSED`, if the runtime provides one, or `TOO_MANY_REDIRECTS`. */
  readonly code?: string
}

/** Bytes that arrived together: without a pause of more than 100 ms. */
export interface Burst {
  readonly at: number
  last: number
  bytes: number
  /** The number of events that ended in it. */
  events: number
  /** Whether its last byte is in the middle of a line. */
  endsMidLine: boolean
}

/** Statistics of the lines of a body. */
export interface TextCounts {
  bytes: number
  lines: number
  blankLines: number
  comments: number
  /** Lines of each field, spelled as in the standard. */
  readonly fields: Record<FieldName, number>
  /** Blocks with data and a blank line after them: these are dispatched. */
  events: number
  /** Blocks without data that have a blank line after them: these are not dispatched. */
  emptyEvents: number
  /** Events with a last event ID string. */
  eventsWithId: number
  /** The first twenty event types other than `message`. */
  readonly types: string[]
  /** Lines of data since the last blank line. */
  openData: number
  /** Characters of the unfinished line. */
  unfinished: number
  /** The last valid `retry`, in ms. */
  retry?: number
  /** Faults, each with an example cut at 80 characters and a count. */
  readonly faults: Partial<Record<Fault, { count: number; example: string }>>
  /** The first 2,048 characters. */
  beginning: string
}

export type FieldName = 'data' | 'event' | 'id' | 'retry'

/** - `misspelled`: a field name that is wrong only in case or spaces, such as `Data: x`
 *  - `json`: a line of JSON without a field
 *  - `unframed`: any other line that is not a field, a comment or blank
 *  - `escaped`: a backslash and an n in place of a line end
 *  - `retry`: a `retry` that is not a whole number
 *  - `utf-16`: zero bytes between the characters, or the byte order mark of UTF-16
 *  - `bom`: a byte order mark after the start
 *  - `not-utf-8`: bytes that are not valid UTF-8 */
export type Fault = 'misspelled' | 'json' | 'unframed' | 'escaped' | 'retry' | 'utf-16' | 'bom' | 'not-utf-8'
