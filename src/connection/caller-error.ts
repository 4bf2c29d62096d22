/** What a function of the caller's did wrong. */

/** A function among the options has thrown, or returned what it must not; the `cause` is its error. */
export class CallerError extends Error {
  /** Whether to try again is of no use. */
  readonly reason: 'request' | 'unsupported'

  /** @param what which function it was and what it did, as the caller knows it */
  constructor(what: string, cause: unknown, reason: 'request' | 'unsupported' = 'request') {
    super(what, { cause })
    this.reason = reason
  }
}
