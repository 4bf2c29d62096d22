/** Programs for the test server, as data, so that tests in any runtime can send them. */

/** How the bytes of a case are cut into chunks. */
export type Cut = 'whole' | 'as written' | 'every byte' | 'random'

/** How to cut a case's bytes; `seed` is for random cuts. */
export interface CaseCut {
  index: number
  cut: Cut
  seed: number
  /** Maximum number of pieces for "every byte"; unlimited if absent. */
  maxPieces?: number | undefined
}

/** A step of a response. */
export type Step =
  | { write: string }
  /** The bytes of a case of stream-cases.json. */
  | { case: CaseCut }
  /** Repeats the text until the client is gone or this many bytes are sent. */
  | { repeat: string; bytes: number }
  /** Waits until the test opens this gate. */
  | { gate: string }
  | { wait: number }
  | { end: true }
  /** Resets the connection. */
  | { reset: true }

/** The response to a request. */
export interface Answer {
  /** Default 200. */
  status?: number
  /** Defaults to `Content-Type: text/event-stream`; null removes a header. */
  headers?: Record<string, string | string[] | null>
  /** Compresses the body, flushed after each write. */
  encoding?: 'gzip' | 'deflate' | 'br' | 'zstd'
  /** The response stays open unless a step ends it. */
  steps?: Step[]
  /** Waits for this gate before responding. */
  before?: string
  /** CORS: no other origin, or any without credentials. Default: the requesting origin. */
  cors?: false | '*'
  /** Headers that a preflight allows; only read from the first answer. Default: the requested ones. */
  allowHeaders?: string
  /** Resets the connection instead of responding. */
  drop?: true
}

/** The nth connection gets the nth answer; later connections get the last one. */
export type Program = Answer[]

/** A request as received by the server. */
export interface LoggedRequest {
  method: string
  /** Path and query, as sent. */
  path: string
  host: string
  headers: Record<string, string>
  /** `Last-Event-ID` decoded as UTF-8; undefined if absent. */
  lastEventId: string | undefined
  /** One character per byte. Complete when the response starts. */
  body: string
  /** The bytes of a large stream that the system has accepted. */
  repeatedBytes: number
  /** In ms since the program was registered. */
  at: number
  /** When the connection closed, on the same clock; null while open. */
  endedAt: number | null
}

/** The log of a program. */
export interface Log {
  requests: LoggedRequest[]
  preflights: number
  /** In ms since the program was registered. */
  now: number
}
