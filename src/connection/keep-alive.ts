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
interface Gaps {
  /** Returns whether the gap agrees with those before it. */
  add(gap: number): boolean
  reset(): void
  /** The longest usual gap, or 0 if the gaps are not regular. */
  readonly interval: number
  /** The number of gaps in a row that agree. */
  readonly count: number
  /** Whether the next arrival is overdue after so much time. */
  isOverdue(gap: number): boolean
}

/** @param isKept whether to keep the interval until another one is learned; otherwise, any gap that does not agree ends it */
function createGaps(isKept: boolean): Gaps {
  let shortest = 0
  let longest = 0
  let count = 0
  let interval = 0
  /** The longest gap since the interval was last confirmed. */
  let longestSince = 0
  const usual = (): number => interval && Math.max(interval, longestSince)
  return {
    add(gap) {
      // Easier to read, and precise enough.
      gap = Math.round(gap)
      const agrees = count > 0 && Math.max(gap, longest) <= TOLERANCE * Math.min(gap, shortest)
      shortest = agrees ? Math.min(gap, shortest) : gap
      longest = agrees ? Math.max(gap, longest) : gap
      count = agrees ? count + 1 : 1
      // For random gaps, the density of one length is at most 1/e.
      const spread = Math.max(PRECISION, longest / shortest - 1)
      const isRegular = Math.pow(spread / Math.E, count - 1) <= MAX_CHANCE
      if (isRegular) interval = longest
      else if (!isKept) interval = 0
      longestSince = isRegular ? 0 : Math.max(gap, longestSince)
      return agrees
    },
    reset() {
      count = longest = interval = 0
    },
    get interval() {
      return usual()
    },
    get count() {
      return count
    },
    isOverdue: (gap) => gap > TOLERANCE * (usual() || longest),
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
export interface KeepAliveLearner extends KeepAlive {
  opened(at: number): void
  /** The limit was exceeded. */
  alarm(at: number): void
  /** The time to the next arrival says nothing about the server. */
  skip(at: number): void
  /**
   * @param chunk the bytes; anything else counts as a message
   * @returns whether the interval has been learned or lost, or has changed noticeably
   */
  arrived(chunk: unknown, at: number): boolean
}

export function createLearner(): KeepAliveLearner {
  /** From comment to comment: servers that send one every so often. */
  const schedule = createGaps(true)
  /** The silences that a comment ended: servers that send one after so much silence. */
  const silences = createGaps(true)
  /** From any bytes to the next: servers that send messages as keep-alives. */
  const messages = createGaps(false)
  /** Whether messages have postponed a comment, so that its absence while messages arrive means nothing. */
  let isPostponed = false
  /** Whether a message has arrived although a comment was overdue: the server may have stopped sending them. */
  let isMissing = false
  // After a gap that says nothing, these are NaN, whose comparisons are all false.
  let lastArrival = NaN
  let lastComment = NaN
  let endedLine = true
  let longestSilence = 0
  /** The last arrival, or the opening. */
  let quietSince = 0
  let alarmedAt = -Infinity
  /** Whether nothing has arrived since. */
  let isStillSilent = false
  /** Whether gaps since then have agreed, so that the server still sends keep-alives. A greeting proves nothing. */
  let hasAgreed = true
  /** The silence around the last alarm, on all connections that were open in it. */
  let suspectedPause = 0
  /** The longest silence that turned out to be a pause, although the limit would have been less without caution. */
  let longestPause = 0

  function commentInterval(): number {
    return (isPostponed && silences.interval) || schedule.interval || (isMissing ? 0 : silences.interval)
  }

  function messageInterval(): number {
    const { interval, count } = messages
    return interval && count >= MIN_MESSAGE_GAPS ? Math.max(interval, longestSilence) : 0
  }

  function baseLimit(): number {
    return Math.max(MIN_LIMIT, FACTOR * commentInterval() || MESSAGE_FACTOR * messageInterval())
  }

  function skip(at: number): void {
    quietSince = at
    lastArrival = lastComment = NaN
  }

  function add(gaps: Gaps, gap: number): boolean {
    const agrees = gaps.add(gap)
    hasAgreed ||= agrees
    return agrees
  }

  function commentArrived(silence: number, at: number): void {
    const sinceComment = at - lastComment
    if (sinceComment < MIN_COMMENT_GAP) return
    lastComment = at
    isMissing = false
    // Unless there was none before.
    if (sinceComment > 0) add(schedule, sinceComment)
    if (silence >= MIN_COMMENT_GAP) {
      const agrees = add(silences, silence)
      isPostponed = agrees && (isPostponed || sinceComment > TOLERANCE * silence)
    } else if (silence < MIN_COMMENT_GAP) silences.reset()
  }

  function messageArrived(silence: number, sinceComment: number): void {
    if (schedule.isOverdue(sinceComment)) schedule.reset()
    if (silences.isOverdue(silence)) silences.reset()
    if (silences.isOverdue(sinceComment) && !isPostponed) isMissing = true
  }

  return {
    get interval() {
      return commentInterval() || messageInterval()
    },
    get limit() {
      const { interval } = this
      if (interval === 0) return Infinity
      const isCautious = quietSince - alarmedAt < CAUTION * interval
      return Math.round(Math.max(baseLimit(), 2 * longestPause, isCautious ? 2 * suspectedPause : 0))
    },
    opened(at) {
      endedLine = true
      skip(at)
    },
    alarm(at) {
      suspectedPause = hasAgreed ? baseLimit() : suspectedPause + at - quietSince
      hasAgreed = false
      isStillSilent = true
      alarmedAt = at
    },
    skip,
    arrived(chunk, at) {
      const before = this.interval
      const silence = at - lastArrival
      const pause = at - quietSince
      // If reconnecting does not help, an alarm was false. Otherwise it may have been.
      if (before > 0 && pause > baseLimit()) longestPause = Math.max(longestPause, pause)
      if (isStillSilent) suspectedPause += pause
      isStillSilent = false
      quietSince = at
      const bytes = ArrayBuffer.isView(chunk) ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength) : [0]
      // A line break may end a message, unless it arrives alone.
      const isKeepAlive = endedLine && isComment(bytes) && (!isLineBreak(bytes[0]) || silence >= MIN_COMMENT_GAP)
      endedLine = isLineBreak(bytes[bytes.length - 1])
      if (isKeepAlive) commentArrived(silence, at)
      else messageArrived(silence, at - lastComment)
      if (silence >= MIN_MESSAGE_GAP) add(messages, silence)
      else if (silence >= MIN_COMMENT_GAP) messages.reset()
      if (silence > longestSilence) longestSilence = silence
      lastArrival = at
      const ratio = this.interval / before
      return ratio > TOLERANCE || ratio < 1 / TOLERANCE
    },
  }
}
