/** The findings of a diagnosis, written for someone who has just written their first event stream server. */

export interface Finding {
  /** A stable name for the finding. */
  readonly code: string
  /**
   * - `error`: no events can arrive
   * - `warning`: events arrive late or get lost, or might
   * - `note`: worth knowing
   */
  readonly level: 'error' | 'warning' | 'note'
  /** The symptom, in a sentence. */
  readonly seen: string
  /** The cause. */
  readonly why: string
  /** The fix, usually on the server. */
  readonly fix: string
  /** Code or headers for the fix. */
  readonly example?: string
  /** A setting of the client that may help. */
  readonly remedy?: Remedy
}

/** A request header, a method, or a status after which to reconnect. */
export type Remedy = { header: string } | { method: string } | { retryStatus: number }

/** The inputs of a diagnosis besides the observations. */
export interface Context {
  /** On the clock of the observations. */
  now: number
  /** The URL of the page that reads the stream, if any. Browsers restrict pages. */
  page?: string | undefined
  /** The statuses after which the client reconnects. */
  retryStatuses?: readonly number[]
  /** The request headers that the user has set. */
  headers?: readonly (readonly [name: string, value: string])[]
}

/** `1 line`, `2 lines` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** `0.3 s`, `12 s` */
export function seconds(ms: number): string {
  return `${ms < 9_950 ? (ms / 1_000).toFixed(1) : (ms / 1_000).toFixed(0)} s`
}

/** Quotes text from the server. It may contain anything, including control characters, so never render it as HTML. */
export function quoted(text: string): string {
  return `“${text}”`
}

/** Server code that sends one event. */
export const ONE_EVENT = String.raw`res.write('data: hello\n\n')`
export const EVENT_STREAM = 'Content-Type: text/event-stream'
