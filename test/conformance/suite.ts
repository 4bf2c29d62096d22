/** The suite: every case in every cut, and every fact, on one implementation in one runtime. */

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
  /** Of facts: see `groupOf`. */
  group?: string
  /** Why it failed, or why it is excepted. */
  reason?: string
  /** How long it took, in ms. */
  took?: number
}

/**
 * When a test runs. Those that leave loops come later: Chromium may hold on to a connection for five seconds that is left just
 * as a chunk comes, it has six to an origin, and others measure how soon a request is made.
 */
type Stage = 'first' | 'later' | 'alone'

/** The number of the first fact about loops. */
const LOOPS = 50

interface Test {
  name: string
  group: string
  /** How long it may take, in ms. */
  limit: number
  stage: Stage
  run: (fact: Fact) => Promise<void> | void
}

/** How long a test waits for an event, in ms; less where it is not expected to come. */
const PATIENCE = 60_000
const PATIENCE_WITH_EXCEPTIONS = 2_000

/** How long a whole fact may take, in ms. */
const FACT_LIMIT = 120_000

/** The same for a case: of 1 MiB cut after every byte. */
const CASE_LIMIT = 300_000

/** How long the last request of a case may take, in ms: a million chunks of a byte take their time on a busy machine. */
const CASE_PATIENCE = 240_000

const ALL_CUTS: readonly Cut[] = ['whole', 'as written', 'every byte', 'random']

/** Runs everything, so many at a time, and reports each as it ends. */
export async function runSuite(env: Environment, report: (result: Result) => void): Promise<void> {
  const { filter = [''] } = env
  const tests = allTests(env).filter(({ name }) => filter.some((part) => name.includes(part)))
  const run = async (stage: Stage, concurrency: number): Promise<void> => {
    const queue = tests.filter((test) => test.stage === stage).values()
    const work = async (): Promise<void> => {
      for (const test of queue) report(await judge(test, env))
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
  const behaviour = applicable.map((fact) => {
    const { number, run, alone } = fact
    const stage: Stage = alone ? 'alone' : number < LOOPS ? 'first' : 'later'
    return { name: testName(fact), group: groupOf.get(fact) ?? '', limit: env.factLimit ?? FACT_LIMIT, stage, run }
  })
  return [...behaviour, ...cases]
}

async function judge(test: Test, env: Environment): Promise<Result> {
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
  return { outcome: 'failed', reason: `it passes now: take it off the list of exceptions ("${exception}")` }
}

/** A test that waits for what a broken version never does must not wait for ever. */
async function expire(limit: number): Promise<never> {
  await sleep(limit)
  throw new Error(`it has not ended within ${limit / 1000} s`)
}

function describe(error: Error): string {
  return error.constructor.name === 'FactError'
    ? error.message
    : `${error.name}: ${error.message}\n${error.stack ?? ''}`
}

/**
 * One connection brings the case, the next shows what id is sent, and ends it all. Where the case says nothing about the
 * reconnection time, our option makes the wait short, or else a connection before it.
 */
async function runCase(fact: Fact, expected: StreamCase, index: number, cut: Cut): Promise<void> {
  const setsTime = expected.reconnectionTime !== null
  const { ours, seed, mostPieces } = fact.env
  const first = setsTime || ours ? [] : [ending('retry: 10\ndata: first\n\n')]
  const steps: Step[] = [{ case: { index, cut, seed, mostPieces } }, { end: true }]
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
