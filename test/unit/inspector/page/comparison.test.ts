/** The inspector's comparison with the native EventSource. */

import { describe, expect, test } from 'vitest'
import { Comparison, GRACE, LATE, type Side } from '../../../../src/inspector/page/comparison.ts'

describe('Comparison', () => {
  function receive(comparison: Comparison, side: Side, ...data: string[]): void {
    for (const text of data) comparison.received(side, { type: 'message', lastEventId: text, data: text }, 0)
  }

  test('finds no difference in equal messages, however far one side is ahead', () => {
    const comparison = new Comparison()
    receive(comparison, 'native', '1', '2', '3')
    receive(comparison, 'ours', '1', '2', '3', '4')
    comparison.settle(GRACE)
    expect([comparison.equal, comparison.count]).toEqual([3, 0])
  })

  test('reports a pair that differs after a grace period', () => {
    const comparison = new Comparison()
    comparison.received('ours', { type: 'a', lastEventId: '1', data: 'x' }, 0)
    comparison.received('native', { type: 'b', lastEventId: '1', data: 'y' }, 0)
    comparison.settle(0)
    comparison.settle(GRACE - 1)
    expect(comparison.count).toBe(0)
    comparison.settle(GRACE)
    expect(comparison.differences.map(({ text }) => text)).toEqual(['message 1: type “a” vs. “b”; data “x” vs. “y”'])
  })

  test('resumes after messages that only one side received', () => {
    const comparison = new Comparison()
    receive(comparison, 'ours', '1', '2', '3', '4')
    receive(comparison, 'native', '1', '4', '5')
    comparison.settle(0)
    comparison.settle(GRACE)
    receive(comparison, 'ours', '5')
    expect([comparison.equal, comparison.count]).toEqual([3, 2])
    expect(comparison.differences[0]?.text).toBe('only everysource received message 2: “2”')
  })

  test('reports a message that the other side never receives', () => {
    const comparison = new Comparison()
    receive(comparison, 'native', '1')
    comparison.settle(LATE - 1)
    expect(comparison.count).toBe(0)
    comparison.settle(LATE)
    expect(comparison.differences[0]?.text).toBe('only the native EventSource received message 1: “1”')
  })

  test('reports states that stay different, once each time', () => {
    const comparison = new Comparison()
    comparison.states('OPEN', 'CONNECTING', 0)
    comparison.states('OPEN', 'OPEN', 100)
    for (const now of [200, 200 + GRACE, 300 + GRACE]) comparison.states('OPEN', 'CLOSED', now)
    expect([comparison.count, comparison.areStatesDifferent]).toEqual([1, true])
    comparison.states('CLOSED', 'CLOSED', 400 + GRACE)
    expect(comparison.areStatesDifferent).toBe(false)
  })
})
