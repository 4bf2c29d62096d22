/** Learns how often a server sends keep-alives, to notice their absence: `idleTimeout: 'auto'`. */

/** In ms. Comments closer together belong to one keep-alive, or to a burst. */
const MIN_COMMENT_GAP = 500
/** In ms. Messages closer together are news, such as the tokens of a chat, and may pause at any time. */
const MIN_MESSAGE_GAP = 5_000
/** The longest of regular gaps, divided by the shortest. Networks delay keep-alives. */
const TOLERANCE = 1.25
/** The smallest difference between gaps that counts, because timers are never exact. */
const PRECISION = 0.01
/**
 * Gaps are regular if random ones agree so closely less often than this. In 10,000 hours, a busy stream has some twenty million
 * gaps. Five that differ by 1 % are enough, or seven that differ by 5 %.
 */
const MAX_CHANCE = 1e-9
/**
 * The limit, divided by the interval. More than 2, so that a server may halve its pace. With `TOLERANCE`, a dead connection is
 * noticed within four intervals.
 */
const FACTOR = 3
/**
 * Messages need more gaps, and a higher limit: a server that checks for news at intervals may find some many times in a row, and
 * then nothing two or three times.
 */
const MIN_MESSAGE_GAPS = 16
const MESSAGE_FACTOR = 4
/** In ms. Networks may pause for a second or two. */
const MIN_LIMIT = 3_000
/**
 * For this many intervals after an alarm, which may have been false, the limit allows twice the silence around it. With a comment
 * every 15 s, that is four hours.
 */
const CAUTION = 1_000

/** Gaps between arrivals of one kind. */
class Gaps {
  /** Whether to keep the interval until another one is learned. Otherwise, any gap that does not agree ends it. */
  readonly #isKept: boolean
  /** Consecutive gaps that agree. */
  #shortest = 0
  #longest = 0
  count = 0
  #interval = 0
  /** The longest gap since the interval was last confirmed. */
  #longestSince = 0

  constructor(isKept: boolean) {
    this.#isKept = isKept
  }

  /** Returns whether the gap agrees with those before it. */
  add(gap: number): boolean {
    // Easier to read, and precise enough.
    gap = Math.round(gap)
    const shortest = Math.min(gap, this.#shortest)
    const longest = Math.max(gap, this.#longest)
    const agrees = this.count > 0 && longest <= TOLERANCE * shortest
    this.#shortest = agrees ? shortest : gap
    this.#longest = agrees ? longest : gap
    this.count = agrees ? this.count + 1 : 1
    // For random gaps, the density of one length is at most 1/e.
    const spread = Math.max(PRECISION, this.#longest / this.#shortest - 1)
    const isRegular = Math.pow(spread / Math.E, this.count - 1) <= MAX_CHANCE
    if (isRegular || !this.#isKept) {
      this.#interval = isRegular ? this.#longest : 0
      this.#longestSince = 0
    } else this.#longestSince = Math.max(gap, this.#longestSince)
    return agrees
  }

  reset(): void {
    this.count = this.#longest = this.#interval = 0
  }

  /** The longest usual gap, or 0 if the gaps are not regular. */
  get interval(): number {
    return this.#interval && Math.max(this.#interval, this.#longestSince)
  }

  /** Whether the next arrival is overdue after so much time. */
  isOverdue(gap: number): boolean {
    return gap > TOLERANCE * (this.interval || this.#longest)
  }
}

function isLineBreak(byte: unknown): boolean {
  return byte === 10 || byte === 13
}

/** Whether all lines of a chunk are comments or blank. */
function isComment(bytes: Iterable<number>): boolean {
  let isLineStart = true
  for (const byte of bytes) {
    if (isLineBreak(byte)) isLineStart = true
    // A colon.
    else if (isLineStart && byte !== 58) return false
    else isLineStart = false
  }
  return true
}

/** The learned times, in ms. */
export interface KeepAlive {
  /** 0 if the server sends no keep-alives, or irregular ones. */
  readonly interval: number
  /** The silence after which the connection counts as lost. Infinity if there are no keep-alives. */
  readonly limit: number
}

/** One source's knowledge of its server, kept when the source reconnects. Times are in ms, on a monotonic clock. */
export class KeepAliveLearner implements KeepAlive {
  /** From comment to comment: servers that send one every so often. */
  readonly #schedule = new Gaps(true)
  /** The silences that a comment ended: servers that send one after so much silence. */
  readonly #silences = new Gaps(true)
  /** From any bytes to the next: servers that send messages as keep-alives. */
  readonly #messages = new Gaps(false)
  /** Whether messages have postponed a comment, so that its absence while messages arrive means nothing. */
  #isPostponed = false
  /** Whether a message has arrived although a comment was overdue: the server may have stopped sending them. */
  #isMissing = false
  // After a gap that says nothing, these are NaN, whose comparisons are all false.
  #lastArrival = NaN
  #endedLine = true
  #lastComment = NaN
  #longestSilence = 0
  /** The last arrival, or the opening. */
  #quietSince = 0
  #alarmedAt = -Infinity
  /** Whether nothing has arrived since. */
  #isStillSilent = false
  /** Whether gaps since then have agreed, so that the server still sends keep-alives. A greeting proves nothing. */
  #hasAgreed = true
  /** The silence around the last alarm, on all connections that were open in it. */
  #suspectedPause = 0
  /** The longest silence that turned out to be a pause, although the limit would have been less without caution. */
  #longestPause = 0

  get interval(): number {
    return this.#commentInterval || this.#messageInterval
  }

  get limit(): number {
    const { interval } = this
    if (interval === 0) return Infinity
    const isCautious = this.#quietSince - this.#alarmedAt < CAUTION * interval
    return Math.round(Math.max(this.#baseLimit, 2 * this.#longestPause, isCautious ? 2 * this.#suspectedPause : 0))
  }

  get #commentInterval(): number {
    return this.#schedule.interval || (this.#isMissing ? 0 : this.#silences.interval)
  }

  get #messageInterval(): number {
    const { interval, count } = this.#messages
    return interval && count >= MIN_MESSAGE_GAPS ? Math.max(interval, this.#longestSilence) : 0
  }

  get #baseLimit(): number {
    return Math.max(MIN_LIMIT, FACTOR * this.#commentInterval || MESSAGE_FACTOR * this.#messageInterval)
  }

  opened(at: number): void {
    this.#endedLine = true
    this.skip(at)
  }

  /** The limit was exceeded. */
  alarm(at: number): void {
    this.#suspectedPause = this.#hasAgreed ? this.#baseLimit : this.#suspectedPause + at - this.#quietSince
    this.#hasAgreed = false
    this.#isStillSilent = true
    this.#alarmedAt = at
  }

  /** The time to the next arrival says nothing about the server. */
  skip(at: number): void {
    this.#quietSince = at
    this.#lastArrival = this.#lastComment = NaN
  }

  /**
   * @param chunk the bytes; anything else counts as a message
   * @returns whether the interval has been learned or lost, or has changed noticeably
   */
  arrived(chunk: unknown, at: number): boolean {
    const before = this.interval
    const silence = at - this.#lastArrival
    this.#pauseEnded(at, before)
    const bytes = ArrayBuffer.isView(chunk) ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength) : [0]
    const startsLine = this.#endedLine
    this.#endedLine = isLineBreak(bytes[bytes.length - 1])
    // A line break may end a message, unless it arrives alone.
    const isKeepAlive = startsLine && isComment(bytes) && (!isLineBreak(bytes[0]) || silence >= MIN_COMMENT_GAP)
    if (isKeepAlive) this.#commentArrived(silence, at)
    else this.#messageArrived(silence, at - this.#lastComment)
    if (silence >= MIN_MESSAGE_GAP) this.#add(this.#messages, silence)
    else if (silence >= MIN_COMMENT_GAP) this.#messages.reset()
    if (silence > this.#longestSilence) this.#longestSilence = silence
    this.#lastArrival = at
    const ratio = this.interval / before
    return ratio > TOLERANCE || ratio < 1 / TOLERANCE
  }

  /** If reconnecting does not help, an alarm was false. Otherwise it may have been. */
  #pauseEnded(at: number, before: number): void {
    const pause = at - this.#quietSince
    if (before > 0 && pause > this.#baseLimit) this.#longestPause = Math.max(this.#longestPause, pause)
    if (this.#isStillSilent) this.#suspectedPause += pause
    this.#isStillSilent = false
    this.#quietSince = at
  }

  #commentArrived(silence: number, at: number): void {
    const sinceComment = at - this.#lastComment
    if (sinceComment < MIN_COMMENT_GAP) return
    this.#lastComment = at
    this.#isMissing = false
    // Unless there was none before.
    if (sinceComment > 0) this.#add(this.#schedule, sinceComment)
    if (silence >= MIN_COMMENT_GAP) {
      const agrees = this.#add(this.#silences, silence)
      this.#isPostponed = agrees && (this.#isPostponed || sinceComment > TOLERANCE * silence)
    } else if (silence < MIN_COMMENT_GAP) this.#silences.reset()
  }

  #add(gaps: Gaps, gap: number): boolean {
    const agrees = gaps.add(gap)
    this.#hasAgreed ||= agrees
    return agrees
  }

  #messageArrived(silence: number, sinceComment: number): void {
    if (this.#schedule.isOverdue(sinceComment)) this.#schedule.reset()
    if (this.#silences.isOverdue(silence)) this.#silences.reset()
    if (this.#silences.isOverdue(sinceComment) && !this.#isPostponed) this.#isMissing = true
  }
}
