/** What a diagnosis says, in words for whoever has just written their first server of events. */

export interface Finding {
  /** A name that stays, whatever becomes of the words. */
  readonly code: string
  /**
   * - `error`: no event can come this way
   * - `warning`: events are late, lost or may be
   * - `note`: worth knowing
   */
  readonly level: 'error' | 'warning' | 'note'
  /** What is seen, in a sentence. */
  readonly seen: string
  /** Why that is, or what it means. */
  readonly why: string
  /** What to do about it, mostly on the server. */
  readonly fix: string
  /** The code or header that does it. */
  readonly example?: string
}

/** What else a diagnosis depends on. */
export interface Circumstances {
  /** On the clock of the observations. */
  now: number
  /** The URL of the page that the stream is for, where it is a page: its browser has rules of its own. */
  page?: string | undefined
}

/** `1 line`, `2 lines` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** `0.3 s`, `12 s` */
export function seconds(ms: number): string {
  return `${ms < 9_950 ? (ms / 1_000).toFixed(1) : (ms / 1_000).toFixed(0)} s`
}

/** A text of a server's in a sentence. It may hold anything, control characters too: show it as text, not as HTML. */
export function quoted(text: string): string {
  return `“${text}”`
}

/** How a server sends one event. */
export const ONE_EVENT = String.raw`res.write('data: hello\n\n')`
export const EVENT_STREAM = 'Content-Type: text/event-stream'
