/** The inspector's recording of a stream. */

import { describe, expect, test } from 'vitest'
import { MAX_KEPT, Recording } from '../../../../src/inspector/page/recording.ts'

describe('Recording', () => {
  test('counts all messages, keeps the newest, and groups them into ticks', () => {
    const recording = new Recording(0)
    const all = Math.ceil(MAX_KEPT * 1.2)
    for (let number = 1; number <= all; number++) recording.message(number, 'message', '', String(number))
    expect(recording.count).toBe(all)
    expect(recording.entries.length).toBeGreaterThanOrEqual(MAX_KEPT)
    expect(recording.entries.length).toBeLessThanOrEqual(MAX_KEPT * 1.1)
    expect(recording.entries.at(-1)).toMatchObject({ index: all - 1, number: all, since: 1, data: String(all) })
    expect(recording.first).toBe(all - recording.entries.length)
    expect(recording.types).toEqual(new Map([['message', all]]))
    expect(recording.ticks.reduce((sum, { count }) => sum + count, 0)).toBe(all)
  })

  test('limits the characters kept, but always keeps the last message', () => {
    const recording = new Recording(0)
    const large = 'x'.repeat(20 * 1024 * 1024)
    for (const number of [1, 2, 3]) recording.message(number, 'message', '', large)
    expect(recording.entries.map(({ index }) => index)).toEqual([2])
    expect(recording.count).toBe(3)
  })

  test('records the steps and states of a connection', () => {
    const recording = new Recording(0)
    recording.connecting(0, undefined, 'GET /')
    recording.opened(1, 'Open')
    recording.message(2, 'message', '7', 'x')
    recording.lost(3, 'It was interrupted', 500.4)
    recording.connecting(4, '7', 'GET /')
    recording.lost(5, 'Refused', undefined)
    recording.closed(6, 'Closed')
    expect(recording.steps.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'connect: Connecting without Last-Event-ID (GET /)',
      'open: Open',
      'lost: It was interrupted. Reconnecting in 0.5 s.',
      'connect: Reconnecting with Last-Event-ID: 7 (GET /)',
      'failed: Refused. Not reconnecting.',
    ])
    expect(recording.entries.map(({ kind }) => kind)).toEqual([
      'connect',
      'open',
      'message',
      'lost',
      'connect',
      'failed',
    ])
    recording.clear()
    expect([recording.first, recording.end, recording.count]).toEqual([6, 6, 1])
    expect(recording.spans).toEqual([
      { state: 'CONNECTING', from: 0, to: 1 },
      { state: 'OPEN', from: 1, to: 3 },
      { state: 'CONNECTING', from: 3, to: 5 },
      { state: 'CLOSED', from: 5 },
    ])
  })
})
