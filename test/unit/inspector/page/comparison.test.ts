/** Comparison with the native EventSource on the inspector page. */

import { describe, expect, test } from 'vitest'
import { Comparison, GRACE, LATE, type Side } from '../../../../src/inspector/page/comparison.ts'

describe('comparison', () => {
  function hear(comparison: Comparison, side: Side, ...data: string[]): void {
    for (const text of data) comparison.heard(side, { type: 'message', lastEventId: text, data: text }, 0)
  }

  test('finds no differences in equal messages, however far one side is ahead', () => {
    const comparison = new Comparison()
    hear(comparison, 'native', '1', '2', '3')
    hear(comparison, 'ours', '1', '2', '3', '4')
    comparison.settle(GRACE)
    expect([comparison.equal, comparison.count]).toEqual([3, 0])
  })

  test('reports a different pair once it has persisted', () => {
    const comparison = new Comparison()
    comparison.heard('ours', { type: 'a', lastEventId: '1', data: 'x' }, 0)
    comparison.heard('native', { type: 'b', lastEventId: '1', data: 'y' }, 0)
    comparison.settle(0)
    comparison.settle(GRACE - 1)
    expect(comparison.count).toBe(0)
    comparison.settle(GRACE)
    expect(comparison.differences.map(({ text }) => text)).toEqual(['message 1: type “a” and “b”; data “x” and “y”'])
  })

  test('continues after messages that only one side received', () => {
    const comparison = new Comparison()
    hear(comparison, 'ours', '1', '2', '3', '4')
    hear(comparison, 'native', '1', '4', '5')
    comparison.settle(0)
    comparison.settle(GRACE)
    hear(comparison, 'ours', '5')
    expect([comparison.equal, comparison.count]).toEqual([3, 2])
    expect(comparison.differences[0]?.text).toBe('message 2 came to everysource alone: “2”')
  })

  test('reports a message that only one side received', () => {
    const comparison = new Comparison()
    hear(comparison, 'native', '1')
    comparison.settle(LATE - 1)
    expect(comparison.count).toBe(0)
    comparison.settle(LATE)
    expect(comparison.differences[0]?.text).toBe('message 1 came to the native EventSource alone: “1”')
  })

  test('reports each persistent difference of states once', () => {
    const comparison = new Comparison()
    comparison.states('OPEN', 'CONNECTING', 0)
    comparison.states('OPEN', 'OPEN', 100)
    for (const now of [200, 200 + GRACE, 300 + GRACE]) comparison.states('OPEN', 'CLOSED', now)
    expect([comparison.count, comparison.areStatesDifferent]).toEqual([1, true])
    comparison.states('CLOSED', 'CLOSED', 400 + GRACE)
    expect(comparison.areStatesDifferent).toBe(false)
  })
})
