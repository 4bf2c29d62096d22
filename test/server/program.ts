/** What the test server is told to do, in data, so that a test in any runtime can say it. */

/** How the bytes of a case are cut into chunks. */
export type Cut = 'whole' | 'as written' | 'every byte' | 'random'

/** The cut of a case's bytes; `seed` decides the random ones. */
export interface CaseCut {
  index: number
  cut: Cut
  seed: number
  /** Into how many pieces "every byte" may cut; without limit where it is absent. */
  mostPieces?: number | undefined
}

/** One thing that the server does with a response. */
export type Step =
  | { write: string }
  /** The bytes of a case of stream-cases.json. */
  | { case: CaseCut }
  /** The same text again and again, until the client is gone or so many bytes have been sent. */
  | { flood: string; bytes: number }
  /** Waits until the test opens the gate of that name. */
  | { gate: string }
  | { wait: number }
  | { end: true }
  /** Cuts the connection without an end. */
  | { reset: true }

/** How the server answers one request. */
export interface Answer {
  /** 200 unless said otherwise. */
  status?: number
  /** `Content-Type: text/event-stream` unless said otherwise; null leaves a header out. */
  headers?: Record<string, string | string[] | null>
  /** Compresses the body, flushed after each write. */
  encoding?: 'gzip' | 'deflate' | 'br' | 'zstd'
  /** Where nothing ends it, the response stays open. */
  steps?: Step[]
  /** Waits for this gate before it answers at all. */
  before?: string
  /** Who may read it: nobody of another origin, or all, but without credentials; the page that asks if not said otherwise. */
  cors?: false | '*'
  /** Of the first answer: the headers that a preflight allows; those that it asks for if not said otherwise. */
  allowHeaders?: string
  /** Cuts the connection instead of answering. */
  drop?: true
}

/** The nth connection gets the nth answer; the last serves for all later ones. */
export type Program = Answer[]

/** A request as the server saw it. */
export interface LoggedRequest {
  method: string
  /** Path and query, as sent. */
  path: string
  host: string
  headers: Record<string, string>
  /** The bytes of Last-Event-ID read as UTF-8; undefined where there was none. */
  lastEventId: string | undefined
  /** One character for each byte; complete once the response has begun, for the server reads it first. */
  body: string
  /** The bytes of a flood that the system has taken. */
  flooded: number
  /** Milliseconds since the program was registered. */
  at: number
  /** When the client or the server ended it, on the same clock; null while it is open. */
  endedAt: number | null
}

/** What the server saw of a program. */
export interface Log {
  requests: LoggedRequest[]
  preflights: number
  /** Milliseconds since the program was registered. */
  now: number
}
