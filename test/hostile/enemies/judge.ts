/** Whether a client has come off as it must, and what is told of that. */

import assert from 'node:assert/strict'
import type { Figures } from '../part.ts'
import type { Met } from './client-process.ts'
import type { Enemy, Expected, Request, SourceSeen } from './enemy.ts'

/**
 * How many MB a client may grow: by default, and where `maxBufferSize` is 1 Mi. The default limit, 64 Mi characters, takes 134 MB
 * at two bytes each. As much again is for what V8 has not collected yet: 150 to 210 MB were measured, all told.
 */
const MOST_GROWN = 268
const MOST_GROWN_LIMITED = 40

/** How many attempts of a source may come in any second. */
const MOST_ATTEMPTS = 10

const MB = 1_000_000

/** @throws an `AssertionError` that says what is wrong */
export function judge(enemy: Enemy, { sources, next, polluted, grown }: Met, requests: Request[]): void {
  for (const [index, source] of sources.entries()) judgeSource(enemy, source, index)
  enemy.check?.({ sources, requests })

  const most = enemy.options?.maxBufferSize === undefined ? MOST_GROWN : MOST_GROWN_LIMITED
  assert.ok(grown <= most * MB, `the process has grown by ${Math.round(grown / MB)} MB`)
  const attempts = mostAttempts(requests)
  assert.ok(attempts <= MOST_ATTEMPTS, `${attempts} attempts came in one second`)
  assert.ok(next, 'the next connection does not work')
  assert.ok(!polluted, 'what all objects have has changed')
}

function judgeSource(enemy: Enemy, source: SourceSeen, index: number): void {
  const expected = typeof enemy.expect === 'function' ? enemy.expect(index) : enemy.expect
  const { reason = 'open', message = '' } = source.errors[0] ?? {}
  const which = `source ${index}`
  assert.ok([expected].flat().includes(reason), `${which}: ${reason} instead of ${listed(expected)}. ${message}`)
  const { errors, messages = errors === undefined ? 0 : source.messages } = enemy.until ?? {}
  if (reason === 'open') {
    assert.ok(source.opens > 0, `${which} was never open`)
    assert.ok(source.messages >= messages, `${which} got ${source.messages} messages`)
  }
}

/** What an encounter comes to: reasons, MB, attempts in a second. */
type Row = [reasons: string, grown: number, attempts: number]

const EVENTS = 'events: '
const LOOP = 'loop: '
const BETWEEN = ' | '

/** The enemies' own table in docs/background/reliability.md, a row each. */
export function tableOfEnemies(figures: Figures): string {
  const rows = Object.entries(figures).flatMap(([key, row]) => {
    if (!key.startsWith(EVENTS)) return []
    const name = key.slice(EVENTS.length)
    const [, grown = '', attempts = ''] = String(figures[LOOP + name] ?? '').split(BETWEEN)
    return [`| ${[name, row, grown, attempts].join(BETWEEN)} |`]
  })
  return [
    '| enemy | reason | grown by, MB | attempts in a second | in a loop: grown by, MB | attempts in a second |',
    '| --- | --- | --: | --: | --: | --: |',
    ...rows,
  ].join('\n')
}

/** Whether a figure stands in that table. */
export function isOfAnEnemy(name: string): boolean {
  return name.startsWith(EVENTS) || name.startsWith(LOOP)
}

/** What docs/background/reliability.md tells. */
export function told({ name }: Enemy, { sources, grown }: Met, requests: Request[], inLoops: boolean): Figures {
  const reasons = new Set(sources.map(({ errors }) => errors[0]?.reason ?? 'open'))
  const row: Row = [[...reasons].join(', '), Math.round(grown / MB), mostAttempts(requests)]
  return { [`${inLoops ? LOOP : EVENTS}${name}`]: row.join(BETWEEN) }
}

/**
 * The most requests of a source that came within a second. Those that a redirect leads to belong to one attempt: how many fetch
 * follows, 20, the Fetch standard says.
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
