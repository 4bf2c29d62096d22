/** `idleTimeout: 'auto'`: the intervals it learns, and when a connection counts as dead. Pure, so hours take no time. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLearner, type KeepAliveLearner } from '../../../src/connection/keep-alive.ts'
import RECORDED from './recorded-gaps.json' with { type: 'json' }

const chunk = (text: string): Uint8Array => new TextEncoder().encode(text)

const COMMENT = chunk(':\n\n')
const MESSAGE = chunk('data: 1\n\n')
const COMMENT_AND_MESSAGE = chunk(': padding\ndata: 1\n\n')
const LINE_BREAK = chunk('\n')
const HALF_A_MESSAGE = chunk('data: {"n"')
const OTHER_HALF = chunk(': 1}\n\n')
const HOUR = 3_600_000

/** A chunk and the time of its arrival, in ms since the connection opened. */
type Arrival = readonly [at: number, chunk: Uint8Array]

/** A learner that has received these. Fails the test if it takes the connection for dead. */
function learnerAfter(arrivals: Iterable<Arrival>, learner = createLearner()): KeepAliveLearner {
  learner.opened(0)
  let last = 0
  for (const [at, bytes] of arrivals) {
    expect(at - last, `silence before ${at}`).toBeLessThan(learner.limit)
    learner.arrived(bytes, at)
    last = at
  }
  return learner
}

/** Arrivals at regular times. */
function every(interval: number, count: number, bytes = COMMENT, from = 0): Arrival[] {
  return Array.from({ length: count }, (_, i) => [from + (i + 1) * interval, bytes])
}

/** Arrivals with these gaps in seconds. */
function withGaps(gaps: number[], bytes = COMMENT): Arrival[] {
  let at = 0
  return gaps.map((gap) => [(at += gap * 1_000), bytes])
}

describe('comments', () => {
  it.each([1_000, 15_000, 55_000, 600_000])(
    'every %d ms are learned from six, and dead after three intervals',
    (ms) => {
      expect(learnerAfter(every(ms, 5)).limit).toBe(Infinity)
      expect(learnerAfter(every(ms, 6))).toMatchObject({ interval: ms, limit: 3 * ms })
    },
  )

  it('that are less regular take longer, and the longest gap counts', () => {
    const gaps = [15, 16, 14.5, 15.5, 15, 16.5, 15, 14.5, 15, 16, 15]
    expect(learnerAfter(withGaps(gaps.slice(0, 7))).interval).toBe(0)
    expect(learnerAfter(withGaps(gaps)).interval).toBe(16_500)
  })

  it('at random times are not learned', () => {
    expect(learnerAfter(withGaps([15, 22, 9, 15, 31, 12, 15, 40, 8, 15, 19, 27])).interval).toBe(0)
  })

  it('less than half a second apart are one keep-alive', () => {
    const pairs = every(15_000, 6).flatMap(([at]): Arrival[] => [
      [at, COMMENT],
      [at + 20, LINE_BREAK],
    ])
    expect(learnerAfter(pairs).interval).toBe(15_000)
    expect(learnerAfter(every(50, 200)).interval).toBe(500)
  })

  it('are not those that begin a message', () => {
    expect(learnerAfter(every(1_000, 100, COMMENT_AND_MESSAGE)).interval).toBe(0)
  })

  it('are not parts of messages that begin with a colon', () => {
    const halves = every(6_000, 12, HALF_A_MESSAGE).flatMap(([at]): Arrival[] => [
      [at, HALF_A_MESSAGE],
      [at + 700, OTHER_HALF],
    ])
    expect(learnerAfter(halves).interval).toBe(0)
  })

  it('may be blank lines', () => {
    expect(learnerAfter(every(15_000, 7, LINE_BREAK)).interval).toBe(15_000)
  })

  it('are not the blank lines that end messages', () => {
    const messages = [3, 21, 22, 40, 61, 62, 63, 80].flatMap((s): Arrival[] => [
      [s * 1_000, MESSAGE],
      [s * 1_000 + 2, LINE_BREAK],
    ])
    expect(learnerAfter(inOrder(every(15_000, 6), messages)).interval).toBe(15_000)
  })

  it('are learned between messages, if the server sends them at fixed times', () => {
    const messages = [3, 21, 22, 40, 61, 62, 63, 80].map((s): Arrival => [s * 1_000, MESSAGE])
    expect(learnerAfter(inOrder(every(15_000, 6), messages)).interval).toBe(15_000)
  })

  it('are learned between messages, if the server sends them after so much silence', () => {
    const after = (message: number): Arrival[] => [
      [message, MESSAGE],
      [message + 15_000, COMMENT],
    ]
    expect(learnerAfter([4, 30, 50, 77, 95, 118, 140].flatMap((s) => after(s * 1_000))).interval).toBe(15_000)
  })

  it('in quick succession allow three seconds, because networks pause', () => {
    expect(learnerAfter(every(500, 10)).limit).toBe(3_000)
  })

  it('that come three times as fast lower the limit', () => {
    expect(learnerAfter([...every(15_000, 6), ...every(5_000, 8, COMMENT, 90_000)]).interval).toBe(5_000)
  })
})

describe('messages', () => {
  it('count as keep-alives from 17 on, if they come regularly, and are allowed four intervals', () => {
    expect(learnerAfter(every(30_000, 16, MESSAGE)).interval).toBe(0)
    expect(learnerAfter(every(30_000, 17, MESSAGE))).toMatchObject({ interval: 30_000, limit: 120_000 })
  })

  it('less than five seconds apart are news', () => {
    expect(learnerAfter(every(4_900, 1_000, MESSAGE)).interval).toBe(0)
    expect(learnerAfter(every(50, 1_000, MESSAGE)).interval).toBe(0)
  })

  it('allow four times the longest silence ever, because only some may be keep-alives', () => {
    const paused: Arrival[] = [[100_000, MESSAGE], ...every(30_000, 20, MESSAGE, 160_000)]
    expect(learnerAfter([[1_000, MESSAGE], ...paused]).interval).toBe(99_000)
  })

  it('between regular ones start over', () => {
    const pings = [...every(30_000, 20, MESSAGE), ...every(2_000, 1, MESSAGE, 600_000)]
    expect(learnerAfter(pings).interval).toBe(0)
  })
})

describe('a rhythm that changes', () => {
  it('is not cut at half its pace, and is learned again', () => {
    const slower = [...every(15_000, 10), ...every(30_000, 8, COMMENT, 150_000)]
    expect(learnerAfter(slower.slice(0, 11)).limit).toBe(90_000)
    expect(learnerAfter(slower).interval).toBe(30_000)
  })

  it('is not cut if it slows down slowly', () => {
    const gaps = Array.from({ length: 60 }, (_, i) => 15 * 1.08 ** i)
    learnerAfter(withGaps(gaps))
  })

  it('is kept if keep-alives are late, with a limit that allows for more of that', () => {
    const regular = Array<number>(8).fill(15)
    expect(learnerAfter(withGaps([...regular, 25]))).toMatchObject({ interval: 25_000, limit: 75_000 })
    expect(learnerAfter(withGaps([...regular, 30, 50, 20, 90]))).toMatchObject({ interval: 90_000, limit: 270_000 })
    const recovered = [...regular, 25, 5, ...regular]
    expect(learnerAfter(withGaps(recovered))).toMatchObject({ interval: 15_000, limit: 45_000 })
  })

  it('is forgotten if a message arrives while a comment is overdue', () => {
    const learner = learnerAfter([...every(15_000, 10), [155_000, MESSAGE], [169_500, MESSAGE]])
    expect(learner.limit).toBe(Infinity)
  })

  it('is kept while messages postpone the comments', () => {
    const postponed: Arrival[] = [...every(15_000, 6), [95_000, MESSAGE], [110_000, COMMENT]]
    const busy = every(1_000, 600, MESSAGE, 110_000)
    expect(learnerAfter([...postponed, ...busy]).interval).toBe(15_000)
    // The server has been silent for longer without sending a comment.
    expect(learnerAfter([...postponed, ...busy, [730_000, MESSAGE]]).limit).toBe(Infinity)
  })

  it('survives a reconnection', () => {
    const learner = learnerAfter(every(15_000, 6))
    learner.opened(95_000)
    expect(learner.limit).toBe(45_000)
    learner.arrived(COMMENT, 96_000)
    learner.arrived(COMMENT, 111_000)
    expect(learner.interval).toBe(15_000)
  })

  it('is not changed by a gap that says nothing', () => {
    const learner = learnerAfter(every(15_000, 6))
    learner.skip(499_000)
    learner.arrived(COMMENT, 500_000)
    learner.arrived(COMMENT, 515_000)
    expect(learner).toMatchObject({ interval: 15_000, limit: 45_000 })
  })
})

describe('after an alarm', () => {
  /** A learner that took a server with comments every 15 s for dead at 135 s, and reconnected at 140 s. */
  function alarmed(): KeepAliveLearner {
    const learner = learnerAfter(every(15_000, 6))
    learner.alarm(135_000)
    learner.opened(140_000)
    return learner
  }

  it('the limit is twice the silence around it, for a thousand intervals', () => {
    const learner = alarmed()
    expect(learner.limit).toBe(90_000)
    for (const [at, bytes] of every(15_000, 999, COMMENT, 135_000)) learner.arrived(bytes, at)
    // 45 s on the old connection and 10 s on the new one.
    expect(learner.limit).toBe(110_000)
    learner.arrived(COMMENT, 135_000 + 1_000 * 15_000)
    expect(learner.limit).toBe(45_000)
  })

  it('the limit stays twice a pause that was longer than the limit', () => {
    const learner = alarmed()
    learner.arrived(COMMENT, 200_000)
    for (const [at, bytes] of every(15_000, 3_000, COMMENT, 200_000)) learner.arrived(bytes, at)
    expect(learner).toMatchObject({ interval: 15_000, limit: 120_000 })
  })

  it('the limit grows for each connection that sends nothing', () => {
    const learner = alarmed()
    learner.alarm(230_000)
    learner.opened(235_000)
    expect(learner.limit).toBe(270_000)
  })

  it('the limit does not grow if connections die again and again', () => {
    const learner = alarmed()
    for (let opened = 140_000, i = 0; i < 20; i++) {
      for (const [at, bytes] of every(15_000, 10, COMMENT, opened - 5_000)) learner.arrived(bytes, at)
      const dead = opened + 145_000 + learner.limit
      expect(learner.limit).toBeLessThanOrEqual(8 * 15_000)
      learner.alarm(dead)
      opened = dead + 3_000
      learner.opened(opened)
    }
  })
})

it('a learned, changed or lost interval is reported once', () => {
  const learner = createLearner()
  learner.opened(0)
  const reported: number[] = []
  const gaps = [...Array<number>(20).fill(15), 15.01, 15.1, ...Array<number>(8).fill(40)]
  for (const [at, bytes] of withGaps(gaps)) if (learner.arrived(bytes, at)) reported.push(learner.interval)
  expect(reported).toEqual([15_000, 40_000])
})

/** A server's arrivals, endless. */
type Server = (random: () => number) => Generator<Arrival>

/** Merges arrivals by time. */
function inOrder(...lists: Arrival[][]): Arrival[] {
  return lists.flat().sort(([a], [b]) => a - b)
}

const exponential = (random: () => number, mean: number): number => -Math.log(1 - random()) * mean

/** Comments every `interval` ms, late by up to `jitter`. */
const scheduled = (interval: number, jitter: number, bytes = COMMENT): Server =>
  function* (random) {
    for (let due = interval; ; due += interval) yield [due + random() * jitter, bytes]
  }

/** Comments at fixed times, and messages at random ones. */
const scheduledWithNews = (interval: number, mean: number): Server =>
  function* (random) {
    let news = exponential(random, mean)
    for (let due = interval; ; due += interval) {
      for (; news < due; news += exponential(random, mean)) yield [news, MESSAGE]
      yield [due, COMMENT]
    }
  }

/** Messages at random times, and a comment after so much silence. */
const postponed = (interval: number, mean: number): Server =>
  function* (random) {
    for (let now = 0, news = exponential(random, mean); ;) {
      const isNews = news < now + interval
      now = isNews ? news : now + interval
      yield [now, isNews ? MESSAGE : COMMENT]
      if (isNews) news += exponential(random, mean)
    }
  }

/** Something at random times. */
const atRandom = (mean: number, bytes = MESSAGE): Server =>
  function* (random) {
    for (let now = 0; ;) yield [(now += exponential(random, mean)), bytes]
  }

/** Messages about `gap` ms apart, such as tokens, between pauses about as long as `pause`. */
const bursts = (gap: number, pause: number): Server =>
  function* (random) {
    for (let now = 0; ;) {
      for (let left = 5 + random() * 100; left > 0; left--) yield [(now += gap * (0.5 + random())), MESSAGE]
      now += exponential(random, pause)
    }
  }

/** News that the server looks for every `interval` ms, and finds with this chance. */
const polled = (interval: number, chance: number): Server =>
  function* (random) {
    for (let due = interval; ; due += interval) if (random() < chance) yield [due + random() * 20, MESSAGE]
  }

/** Comments that each hour slow down to half their pace or recover. */
const changing = (interval: number): Server =>
  function* (random) {
    for (let now = 0; ;) yield [(now += interval * (Math.floor(now / HOUR) % 2 ? 2 : 1) + random() * 100), COMMENT]
  }

/** Comments for half an hour; then only messages, soon after the last comment and later at random. */
const stopping = (interval: number): Server =>
  function* (random) {
    let now = 0
    while (now < HOUR / 2) yield [(now += interval + random() * 100), COMMENT]
    for (let i = 0; i < 4; i++) yield [(now += interval * (0.3 + random())), MESSAGE]
    for (;;) yield [(now += exponential(random, 4 * interval)), MESSAGE]
  }

/**
 * Gaps in ms between comments (c) and messages (m), recorded on a busy machine: a comment every second, and a comment after each
 * second without a message. Stretched to a quarter of a minute and repeated.
 */
const recorded = (lines: readonly string[]): Server =>
  function* () {
    const gaps = lines.flatMap((line) => line.split(' '))
    for (let now = 0; ;) {
      for (const gap of gaps) yield [(now += 15 * Number(gap.slice(1))), gap.startsWith('c') ? COMMENT : MESSAGE]
    }
  }

const SERVERS: [name: string, server: Server][] = [
  ['comments every 15 s', scheduled(15_000, 300)],
  ['comments every 15 s, late by up to 3 s', scheduled(15_000, 3_000)],
  ['pings every 30 s', scheduled(30_000, 500, MESSAGE)],
  ['comments every 15 s, with news', scheduledWithNews(15_000, 10_000)],
  ['comments after 15 s of silence, with news', postponed(15_000, 10_000)],
  ['comments after 15 s of silence, with much news', postponed(15_000, 2_000)],
  ['news at random', atRandom(20_000)],
  ['comments at random', atRandom(20_000, COMMENT)],
  ['tokens with pauses', bursts(50, 60_000)],
  ['ticks with pauses', bursts(2_000, 600_000)],
  ['rare bursts', bursts(5_000, 60_000)],
  ['news found every 10 s, half of the time', polled(10_000, 0.5)],
  ['news found every 10 s, nearly always', polled(10_000, 0.95)],
  ['comments that slow down to half their pace', changing(15_000)],
  ['comments that stop while messages continue', stopping(15_000)],
  ['a recorded timer', recorded(RECORDED.timer)],
  ['a recorded timer that messages postpone', recorded(RECORDED.postponed)],
]

/** How long to simulate each server: the sum is more than 10,000 hours. */
const HOURS = 720
/** The time from an alarm to the next connection, in ms. */
const RECONNECTION = 3_000
/** A source stays open for a day. */
const LIFETIME = 24

/**
 * How often a source of this server would wrongly reconnect, and which part of the arrivals found an interval learned.
 *
 * @param greets whether the server sends something as soon as a source connects
 */
function simulate(server: Server, hours: number, seed: number, greets = false): { alarms: number; learned: number } {
  const random = randomFrom(seed)
  const outcome = { alarms: 0, learned: 0 }
  let arrivals = 0
  for (let lived = 0; lived < hours; lived += LIFETIME) {
    const learner = createLearner()
    learner.opened(0)
    let last = 0
    for (const [at, bytes] of server(random)) {
      if (at > LIFETIME * HOUR) break
      for (let limit: number; at - last >= (limit = learner.limit);) {
        outcome.alarms++
        learner.alarm(last + limit)
        last = Math.min(at, last + limit + RECONNECTION)
        learner.opened(last)
        if (greets) learner.arrived(MESSAGE, last)
      }
      learner.arrived(bytes, at)
      last = at
      arrivals++
      if (learner.interval > 0) outcome.learned++
    }
  }
  return { ...outcome, learned: outcome.learned / arrivals }
}

/** A random number generator with a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe(`in ${Math.round((HOURS * SERVERS.length) / 1_000)},000 simulated hours, no live connection is cut`, () => {
  it.each(SERVERS)('%s', (_, server) => {
    expect(simulate(server, HOURS, 20)).toMatchObject({ alarms: 0 })
  })
})

describe('the share of arrivals with a learned interval', () => {
  it.each<[name: string, server: Server, least: number, most: number]>([
    ['is nearly 1 for comments', scheduled(15_000, 300), 0.99, 1],
    ['is nearly 1 for pings', scheduled(30_000, 500, MESSAGE), 0.99, 1],
    ['is nearly 1 for comments with news', scheduledWithNews(15_000, 10_000), 0.99, 1],
    ['is nearly 1 for postponed comments', postponed(15_000, 10_000), 0.99, 1],
    ['is high for postponed comments with much news', postponed(15_000, 2_000), 0.5, 1],
    ['is 0 for news at random', atRandom(20_000), 0, 0],
    ['is 0 for tokens', bursts(50, 60_000), 0, 0],
  ])('%s', (_, server, least, most) => {
    const { learned } = simulate(server, 240, 1)
    expect(learned).toBeGreaterThanOrEqual(least)
    expect(learned).toBeLessThanOrEqual(most)
  })
})

it('a dead connection is noticed within four intervals of its server', () => {
  const property = fc.property(
    fc.integer({ min: 1_500, max: 300_000 }),
    fc.double({ min: 0, max: 0.2, noNaN: true }),
    fc.integer({ min: 12, max: 500 }),
    fc.nat(),
    fc.nat({ max: 2 }),
    (interval, jitter, count, seed, kind) => {
      const servers = [
        scheduled(interval, jitter * interval),
        scheduledWithNews(interval, interval),
        postponed(interval, interval),
      ]
      const server = servers[kind] ?? scheduled(interval, 0)
      const learner = createLearner()
      learner.opened(0)
      let comments = 0
      for (const [at, bytes] of server(randomFrom(seed))) {
        learner.arrived(bytes, at)
        if (bytes === COMMENT && ++comments === count) break
      }
      // With more jitter, twelve may not be enough.
      if (jitter < 0.05) expect(learner.interval).toBeGreaterThan(0)
      if (learner.interval > 0) expect(learner.limit).toBeLessThanOrEqual(4 * interval)
      expect(learner.limit).toBeGreaterThan(2 * interval)
    },
  )
  fc.assert(property, { numRuns: 500 })
})

describe('a server that falls silent for a while', () => {
  /** Comments every 15 s, and a pause after each twenty to sixty. */
  const pausing = (pause: number): Server =>
    function* (random) {
      for (let now = 0; ;) {
        for (let left = 20 + random() * 40; left > 0; left--) yield [(now += 15_000), COMMENT]
        now += pause
      }
    }

  it.each([
    [20, 0],
    [29, 0],
    [31, 1],
    [60, 1],
    [90, 1],
    [120, 1],
    [600, 3],
    [3_600, 4],
  ])('for %d s more than usual is cut %d times in its first pause, and never again', (seconds, alarms) => {
    expect(simulate(pausing(seconds * 1_000), LIFETIME, 3).alarms).toBe(alarms)
  })

  it.each([
    [60, 1],
    [600, 3],
    [3_600, 4],
  ])('for %d s more than usual, and greets each connection, is cut %d times', (seconds, alarms) => {
    expect(simulate(pausing(seconds * 1_000), LIFETIME, 3, true).alarms).toBeLessThanOrEqual(alarms + 1)
  })

  it('for a minute each hour is cut once', () => {
    const hourly: Server = function* () {
      for (let now = 0; ;) {
        for (let left = 240; left > 0; left--) yield [(now += 15_000), COMMENT]
        now += 60_000
      }
    }
    expect(simulate(hourly, LIFETIME, 1).alarms).toBe(1)
  })

  it.each([false, true])('for the rest of the day is cut a few times, whether it greets (%s) or not', (greets) => {
    const quiet: Server = function* () {
      yield* every(15_000, 100)
      yield [LIFETIME * HOUR, MESSAGE]
    }
    expect(simulate(quiet, LIFETIME, 1, greets).alarms).toBeLessThanOrEqual(8)
  })
})
