/** What the page is told to do, and what it tells. */

/** One connection to be heard through both. */
export interface Work {
  id: number
  /** Types to listen for. */
  types: string[]
  /** The message that ends it. */
  last: { type: string; data: string }
  /** How many lost connections end it. */
  losses: number
  /** Where ours is to be cut, if not by chance. */
  cuts?: number[]
}

/** What one of the two made of a connection. */
export interface Told {
  /** Messages as they are in `interpret`; other events as `(open)` or `(error)` with the state. */
  heard: string[][]
  reconnectionTime?: string
}
