/** Messages to and from the page. */

/** A connection to follow with both implementations. */
export interface Work {
  id: number
  /** Types to listen for. */
  types: string[]
  /** The message after which to stop. */
  last: { type: string; data: string }
  /** Number of lost connections after which to stop. */
  losses: number
  /** Positions of cuts for ours, if not those of the network. */
  cuts?: number[]
}

/** Events of one implementation on a connection. */
export interface Observed {
  /** Messages as in `interpret`; other events as `(open)` or `(error)` with `readyState`. */
  events: string[][]

  reconnectionTime?: string
}
