/** What is seen of a request and its answer: plain data, which can go through JSON. */

/** One request. */
export interface Observation {
  /** As it was sent. */
  readonly url: string
  /** In capitals. */
  readonly method: string
  /** The header `Last-Event-ID`, where there was one. */
  readonly lastEventId: string | undefined
  /** All times are ms on one clock. */
  readonly requestedAt: number
  /** The head of the response, once it is there. */
  head?: Head
  /** How the exchange came to its end, once it has. */
  end?: End
  /** When bytes came. */
  readonly lumps: Lump[]
  /** What they say. */
  readonly text: TextCounts
}

/** The head of a response. */
export interface Head {
  readonly at: number
  readonly status: number
  /** The final URL, after redirects. */
  readonly url: string
  readonly redirected: boolean
  /** Those that tell something, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/** - `ended`: the server, or what stands before it, ended the body
 *  - `failed`: there was no response, or its body broke off
 *  - `aborted`: we ended it */
export interface End {
  readonly at: number
  readonly how: 'ended' | 'failed' | 'aborted'
  /** The system's, such as `ECONNREFUSED`, where the runtime tells it. */
  readonly code?: string
}

/** Bytes that came together: without a pause of more than 100 ms. */
export interface Lump {
  readonly at: number
  last: number
  bytes: number
  /** Events that ended in it. */
  events: number
  /** Whether its last byte is in the middle of a line. */
  isCut: boolean
}

/** What the lines of a body are. */
export interface TextCounts {
  bytes: number
  lines: number
  blankLines: number
  comments: number
  /** Lines of each field, as the standard writes their names. */
  readonly fields: Record<FieldName, number>
  /** Blocks with data that a blank line has ended: these are dispatched. */
  events: number
  /** Blocks without data that a blank line has ended: these are not. */
  emptyEvents: number
  /** Events with a last event ID string. */
  eventsWithId: number
  /** Names of events, other than `message`: the first twenty. */
  readonly types: string[]
  /** Lines of data since the last blank line. */
  openData: number
  /** Characters of the line that has not ended. */
  unfinished: number
  /** The last valid `retry`, in ms. */
  retry?: number
  /** Examples of what is wrong, cut at 80 characters, and how often each was seen. */
  readonly faults: Partial<Record<Fault, { count: number; example: string }>>
  /** The first 2,048 characters. */
  beginning: string
}

export type FieldName = 'data' | 'event' | 'id' | 'retry'

/** - `misspelt`: a field but for letters' case or a space: `Data: x`
 *  - `json`: a line of JSON without a field
 *  - `unframed`: any other line that is neither a field, a comment nor blank
 *  - `escaped`: a backslash and an n where a line should end
 *  - `retry`: a `retry` that is no whole number
 *  - `utf-16`: zero bytes between the characters, or the byte order mark of UTF-16
 *  - `bom`: a byte order mark elsewhere than at the start
 *  - `not-utf-8`: bytes that are no UTF-8 */
export type Fault = 'misspelt' | 'json' | 'unframed' | 'escaped' | 'retry' | 'utf-16' | 'bom' | 'not-utf-8'
