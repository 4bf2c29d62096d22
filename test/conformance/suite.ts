/** Runs every case in every cut, and every fact, on one implementation in one runtime. */

import type { Cut, Step } from '../server/program.ts'
import { eventTypes, streamCases, type StreamCase } from './cases.ts'
import { exceptionFor } from './exceptions.ts'
import { testName } from './facts/fact.ts'
import { facts, groupOf } from './facts/index.ts'
import {
  check,
  ending,
  equal,
  Fact,
  NO_CONTENT,
  WAIT_FOR_RETRY,
  requestsAfterRetry,
  sleep,
  type Environment,
} from './harness.ts'

/** The outcome of one case or fact. */
export interface Result {
  name: string
  outcome: 'passed' | 'failed' | 'excepted'
  /** The column in the table of runtimes. */
  group?: string
  /** Why the test failed or is excepted. */
  reason?: string
  /** The duration in ms. */
  took?: number
}

/**
 * When a test runs. Tests that leave loops run later: Chromium may keep a connection for five seconds if it is closed as a chunk
 * arrives, it allows six per origin, and other tests measure how soon a request is sent.
 */
type Stage = 'first' | 'later' | 'alone'

/** The number of the first fact about loops. */
const LOOPS = 50

interface Test {
  name: string
  group: string
  /** The time limit in ms. */
  limit: number
  stage: Stage
  run: (fact: Fact) => Promise<void> | void
}

/** How long a test waits for an event, in ms; less if the test is expected to fail. */
const PATIENCE = 60_000
const PATIENCE_WITH_EXCEPTIONS = 2_000

/** The default time limit of a fact, in ms. */
const FACT_LIMIT = 120_000

/** The time limit of a case, in ms: the largest sends 1 MiB byte by byte. */
const CASE_LIMIT = 300_000

/** How long to wait for the last request of a case, in ms: a million one-byte chunks are slow on a busy machine. */
const CASE_PATIENCE = 240_000

const ALL_CUTS: readonly Cut[] = ['whole', 'as written', 'every byte', 'random']

/** Runs everything with limited concurrency and reports each result as it comes in. */
export async function runSuite(env: Environment, report: (result: Result) => void): Promise<void> {
  const { filter = [''] } = env
  const tests = allTests(env).filter(({ name }) => filter.some((part) => name.includes(part)))
  const run = async (stage: Stage, concurrency: number): Promise<void> => {
    const queue = tests.filter((test) => test.stage === stage).values()
    const work = async (): Promise<void> => {
      for (const test of queue) report(await resultOf(test, env))
    }
    await Promise.all(Array.from({ length: concurrency }, work))
  }
  await run('first', env.concurrency)
  await run('later', env.concurrency)
  await run('alone', 1)
}

function allTests(env: Environment): Test[] {
  const cases = streamCases.flatMap((streamCase, index) =>
    (env.cuts ?? ALL_CUTS).map((cut) => ({
      name: `case "${streamCase.name}", ${cut}${cut === 'random' ? ` (seed ${env.seed})` : ''}`,
      group: 'Byte streams',
      limit: CASE_LIMIT,
      stage: 'first' as const,
      run: (fact: Fact) => runCase(fact, streamCase, index, cut),
    })),
  )
  const applicable = facts.filter(({ needs }) => needs === undefined || needs(env))
  const behavior = applicable.map((fact) => {
    const { number, run, alone } = fact
    const stage: Stage = alone ? 'alone' : number < LOOPS ? 'first' : 'later'
    return { name: testName(fact), group: groupOf.get(fact) ?? '', limit: env.factLimit ?? FACT_LIMIT, stage, run }
  })
  return [...behavior, ...cases]
}

async function resultOf(test: Test, env: Environment): Promise<Result> {
  const { name, group } = test
  const started = performance.now()
  return { ...(await outcomeOf(test, env)), name, group, took: performance.now() - started }
}

async function outcomeOf({ name, limit, run }: Test, env: Environment): Promise<Pick<Result, 'outcome' | 'reason'>> {
  const exception = exceptionFor(name, env)
  const fact = new Fact(env, exception === undefined ? PATIENCE : PATIENCE_WITH_EXCEPTIONS)
  try {
    await Promise.race([run(fact), expire(limit)])
  } catch (error) {
    if (exception !== undefined) return { outcome: 'excepted', reason: exception }
    return { outcome: 'failed', reason: error instanceof Error ? describe(error) : String(error) }
  } finally {
    fact.end()
  }
  if (exception === undefined) return { outcome: 'passed' }
  return { outcome: 'failed', reason: `it passes now: remove it from the list of exceptions ("${exception}")` }
}

/** Time limit for a test, because broken versions may hang. */
async function expire(limit: number): Promise<never> {
  await sleep(limit)
  throw new Error(`it did not finish within ${limit / 1000} s`)
}

function describe(error: Error): string {
  return error.constructor.name === 'FactError'
    ? error.message
    : `${error.name}: ${error.message}\n${error.stack ?? ''}`
}

/**
 * One connection sends the case; the next one shows which ID the source sends, and stops it. If the case does not set the
 * reconnection time, our option makes the wait short; for other implementations, an extra first connection does.
 */
async function runCase(fact: Fact, expected: StreamCase, index: number, cut: Cut): Promise<void> {
  const setsTime = expected.reconnectionTime !== null
  const { ours, seed, maxPieces } = fact.env
  const first = setsTime || ours ? [] : [ending('retry: 10\ndata: first\n\n')]
  const steps: Step[] = [{ case: { index, cut, seed, maxPieces } }, { end: true }]
  const served = await fact.serve(...first, { steps }, NO_CONTENT)
  const recorder = fact.listenWith(served.url, setsTime ? WAIT_FOR_RETRY : { reconnectionTime: 10 }, ...eventTypes)
  const last = first.length + 2
  const log = setsTime
    ? await requestsAfterRetry(fact, served, last, CASE_PATIENCE)
    : await served.log({ requests: last, patience: CASE_PATIENCE })
  const { requests } = log

  const events = recorder.messages.map(({ type, data, lastEventId }) => ({ type, data, lastEventId }))
  equal(events.slice(first.length), expected.events, 'the events')
  const [caseRequest, nextRequest] = requests.slice(first.length)
  check(caseRequest !== undefined && nextRequest !== undefined, 'a request is missing')
  equal(nextRequest.lastEventId ?? '', expected.lastEventId, 'Last-Event-ID')
  if (ours) {
    equal(Reflect.get(recorder.source, 'reconnectionTime'), expected.reconnectionTime ?? 10, 'the reconnection time')
  }
}
