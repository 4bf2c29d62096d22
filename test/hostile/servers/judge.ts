/** Checks what a hostile server did to a client, and turns it into rows of the report. */

import assert from 'node:assert/strict'
import type { Figures } from '../part.ts'
import type { ClientReport } from './client-process.ts'
import type { HostileServer, Expected, Request, SourceSeen } from './hostile-server.ts'

/**
 * Maximum growth of a client in MB, by default and with a `maxBufferSize` of 1 Mi. The default limit of 64 Mi characters takes
 * 134 MB at two bytes each. As much again allows for garbage that V8 has not collected yet: 150 to 210 MB in total were measured.
 */
const MAX_GROWN = 268
const MAX_GROWN_LIMITED = 40

/** Maximum number of attempts of a source in any second. */
const MAX_ATTEMPTS = 10

const MB = 1_000_000

/** @throws an `AssertionError` if a limit is exceeded or the outcome is wrong */
export function judge(
  hostile: HostileServer,
  { sources, next, polluted, grown }: ClientReport,
  requests: Request[],
): void {
  for (const [index, source] of sources.entries()) judgeSource(hostile, source, index)
  hostile.check?.({ sources, requests })

  const most = hostile.options?.maxBufferSize === undefined ? MAX_GROWN : MAX_GROWN_LIMITED
  assert.ok(grown <= most * MB, `the process grew by ${Math.round(grown / MB)} MB`)
  const attempts = mostAttempts(requests)
  assert.ok(attempts <= MAX_ATTEMPTS, `${attempts} attempts in one second`)
  assert.ok(next, 'the next connection fails')
  assert.ok(!polluted, 'Object.prototype was changed')
}

function judgeSource(hostile: HostileServer, source: SourceSeen, index: number): void {
  const expected = typeof hostile.expect === 'function' ? hostile.expect(index) : hostile.expect
  const { reason = 'open', message = '' } = source.errors[0] ?? {}
  const which = `source ${index}`
  assert.ok([expected].flat().includes(reason), `${which}: ${reason} instead of ${listed(expected)}. ${message}`)
  const { errors, messages = errors === undefined ? 0 : source.messages } = hostile.until ?? {}
  if (reason === 'open') {
    assert.ok(source.opens > 0, `${which} never opened`)
    assert.ok(source.messages >= messages, `${which} got ${source.messages} messages`)
  }
}

/** Reasons, growth in MB, and attempts in a second. */
type Row = [reasons: string, grown: number, attempts: number]

/** The largest growth of a client in MB, in total and with a `maxBufferSize` of 1 Mi. */
export function growthOfServers(figures: Figures): { most: number; mostLimited: number } {
  const most = (isLimited: boolean): number => {
    const rows = Object.entries(figures).filter(([name]) => isServerRow(name) && name.endsWith(LIMITED) === isLimited)
    return Math.max(...rows.map(([, row]) => Number(String(row).split(BETWEEN)[1])))
  }
  return { most: most(false), mostLimited: most(true) }
}

const LIMITED = 'maxBufferSize 1 Mi'
const EVENTS = 'events: '

const LOOP = 'loop: '
const BETWEEN = ' | '

/** Table of docs/background/reliability-data.md with a row for each hostile server. */
export function tableOfServers(figures: Figures): string {
  const rows = Object.entries(figures).flatMap(([key, row]) => {
    if (!key.startsWith(EVENTS)) return []
    const name = key.slice(EVENTS.length)
    const [, grown = '', attempts = ''] = String(figures[LOOP + name] ?? '').split(BETWEEN)
    return [`| ${[name, row, grown, attempts].join(BETWEEN)} |`]
  })
  return [
    '| server | reason | growth, MB | attempts in a second | in a loop: growth, MB | attempts in a second |',
    '| --- | --- | --: | --: | --: | --: |',
    ...rows,
  ].join('\n')
}

/** Whether a figure belongs in that table. */
export function isServerRow(name: string): boolean {
  return name.startsWith(EVENTS) || name.startsWith(LOOP)
}

/** One row of that table, as a figure. */
export function rowOf(
  { name }: HostileServer,
  { sources, grown }: ClientReport,
  requests: Request[],
  inLoops: boolean,
): Figures {
  const reasons = new Set(sources.map(({ errors }) => errors[0]?.reason ?? 'open'))
  const row: Row = [[...reasons].join(', '), Math.round(grown / MB), mostAttempts(requests)]
  return { [`${inLoops ? LOOP : EVENTS}${name}`]: row.join(BETWEEN) }
}

/**
 * Maximum number of attempts of a source within a second. Redirected requests count as part of one attempt: fetch follows up to 20,
 * as the Fetch standard says.
 */
function mostAttempts(requests: Request[]): number {
  const attempts = requests.filter(({ rest }) => rest === '')
  const within = ({ source, at }: Request): Request[] =>
    attempts.filter((other) => other.source === source && other.at >= at && other.at < at + 1_000)
  return Math.max(0, ...attempts.map((attempt) => within(attempt).length))
}

function listed(expected: Expected): string {
  return [expected].flat().join(' or ')
}
