/** The page's comparison with the native EventSource. */

import { describe, expect, test } from 'vitest'
import { Comparison, GRACE, LATE, type Side } from '../../../../src/inspector/page/comparison.ts'

describe('a comparison', () => {
  function hear(comparison: Comparison, side: Side, ...data: string[]): void {
    for (const text of data) comparison.received(side, { type: 'message', lastEventId: text, data: text }, 0)
  }

  test('of the same messages finds nothing, however far one side is ahead', () => {
    const comparison = new Comparison()
    hear(comparison, 'native', '1', '2', '3')
    hear(comparison, 'ours', '1', '2', '3', '4')
    comparison.settle(GRACE)
    expect([comparison.equal, comparison.count]).toEqual([3, 0])
  })

  test('tells what is different in a pair, once it has stayed so', () => {
    const comparison = new Comparison()
    comparison.received('ours', { type: 'a', lastEventId: '1', data: 'x' }, 0)
    comparison.received('native', { type: 'b', lastEventId: '1', data: 'y' }, 0)
    comparison.settle(0)
    comparison.settle(GRACE - 1)
    expect(comparison.count).toBe(0)
    comparison.settle(GRACE)
    expect(comparison.differences.map(({ text }) => text)).toEqual(['message 1: type “a” vs. “b”; data “x” vs. “y”'])
  })

  test('goes on after messages that came to one side alone', () => {
    const comparison = new Comparison()
    hear(comparison, 'ours', '1', '2', '3', '4')
    hear(comparison, 'native', '1', '4', '5')
    comparison.settle(0)
    comparison.settle(GRACE)
    hear(comparison, 'ours', '5')
    expect([comparison.equal, comparison.count]).toEqual([3, 2])
    expect(comparison.differences[0]?.text).toBe('only everysource received message 2: “2”')
  })

  test('tells of a message that the other side never gets', () => {
    const comparison = new Comparison()
    hear(comparison, 'native', '1')
    comparison.settle(LATE - 1)
    expect(comparison.count).toBe(0)
    comparison.settle(LATE)
    expect(comparison.differences[0]?.text).toBe('only the native EventSource received message 1: “1”')
  })

  test('tells of states that stay different, once each time', () => {
    const comparison = new Comparison()
    comparison.states('OPEN', 'CONNECTING', 0)
    comparison.states('OPEN', 'OPEN', 100)
    for (const now of [200, 200 + GRACE, 300 + GRACE]) comparison.states('OPEN', 'CLOSED', now)
    expect([comparison.count, comparison.areStatesDifferent]).toEqual([1, true])
    comparison.states('CLOSED', 'CLOSED', 400 + GRACE)
    expect(comparison.areStatesDifferent).toBe(false)
  })
})
