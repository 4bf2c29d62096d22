/** The rows of the inspector's list. */

import { describe, expect, test } from 'vitest'
import { MAX_KEPT, Recording } from '../../../../src/inspector/page/recording.ts'
import { Rows } from '../../../../src/inspector/page/rows.ts'

function recorded(): Recording {
  const recording = new Recording(0)
  recording.connecting(0, undefined, 'GET /')
  recording.opened(1, 'Open')
  recording.message(2, 'message', '', 'Alpha')
  recording.message(3, 'tick', 'id-1', 'beta')
  recording.lost(4, 'It was interrupted', 500)
  recording.message(5, 'tick', '', 'gamma')
  return recording
}

function indexes(rows: Rows): (number | undefined)[] {
  rows.update()
  return Array.from({ length: rows.length }, (_, place) => rows.at(place)?.index)
}

describe('Rows', () => {
  test('shows all rows without a filter', () => {
    const rows = new Rows(recorded())
    expect(indexes(rows)).toEqual([0, 1, 2, 3, 4, 5])
    expect(rows.isFiltered).toBe(false)
  })

  test.for([
    [{ text: 'ALPHA', kind: 'all' }, [2]],
    [{ text: 'id-1', kind: 'all' }, [3]],
    [{ text: 'interrupted', kind: 'all' }, [4]],
    [{ text: '', kind: 'messages' }, [2, 3, 5]],
    [{ text: '', kind: 'steps' }, [0, 1, 4]],
    [{ text: '', kind: { type: 'tick' } }, [3, 5]],
    [{ text: 'gam', kind: { type: 'tick' } }, [5]],
    [{ text: 'none', kind: 'all' }, []],
  ] as const)('filters by text and kind: %j', ([filter, expected]) => {
    const rows = new Rows(recorded())
    rows.filter(filter)
    expect(indexes(rows)).toEqual(expected)
  })

  test('checks only new rows, for a limited time', () => {
    const recording = new Recording(0)
    const rows = new Rows(recording)
    rows.filter({ text: 'x', kind: 'all' })
    for (let number = 0; number < 2_000; number++) recording.message(number, 'message', '', number % 2 ? 'x' : 'y')
    let now = 0
    expect(rows.update(() => (now += 10))).toBe(false)
    expect(rows.length).toBe(250)
    while (!rows.update(() => (now += 10)));
    expect(rows.length).toBe(1_000)
  })

  test('keeps its rows while paused, and counts the others', () => {
    const recording = recorded()
    const rows = new Rows(recording)
    rows.pause()
    recording.message(6, 'tick', '', 'delta')
    expect(indexes(rows)).toEqual([0, 1, 2, 3, 4, 5])
    expect(rows.waiting).toBe(1)
    rows.filter({ text: '', kind: { type: 'tick' } })
    expect(indexes(rows)).toEqual([3, 5])
    rows.resume()
    expect(indexes(rows)).toEqual([3, 5, 6])
    expect(rows.waiting).toBe(0)
  })

  test('keeps its rows while paused, also those that the recording drops', () => {
    const recording = recorded()
    const rows = new Rows(recording)
    rows.pause()
    for (let number = 0; number < MAX_KEPT * 1.2; number++) recording.message(number, 'message', '', '')
    expect(recording.first).toBeGreaterThan(6)
    expect(indexes(rows)).toEqual([0, 1, 2, 3, 4, 5])
    rows.resume()
    expect(rows.first).toBe(recording.first)
  })

  test('clears the rows and those that wait', () => {
    const recording = recorded()
    const rows = new Rows(recording)
    rows.pause()
    recording.message(6, 'tick', '', 'delta')
    rows.clear()
    expect([rows.length, rows.waiting, rows.isPaused, recording.removed]).toEqual([0, 0, true, 0])
    recording.message(7, 'tick', '', 'epsilon')
    expect(rows.waiting).toBe(1)
    rows.resume()
    expect(indexes(rows)).toEqual([7])
  })

  test('finds failures in turn', () => {
    const recording = recorded()
    const rows = new Rows(recording)
    expect(rows.nextFailure(-1)).toBe(4)
    expect(rows.nextFailure(4)).toBe(4)
    recording.lost(6, 'Refused', undefined)
    expect(rows.nextFailure(4)).toBe(6)
    rows.filter({ text: 'gamma', kind: 'all' })
    rows.update()
    expect(rows.nextFailure(-1)).toBeUndefined()
  })

  test('drops the rows that the recording drops', () => {
    const recording = new Recording(0)
    const rows = new Rows(recording)
    rows.filter({ text: '1', kind: 'all' })
    for (let number = 0; number < MAX_KEPT * 1.2; number++) {
      recording.message(number, 'message', '', String(number))
      if (number % 10_000 === 0) rows.update()
    }
    while (!rows.update());
    expect(rows.at(0)?.index).toBeGreaterThanOrEqual(recording.first)
    const last = rows.at(rows.length - 1)
    expect(rows.placeOf(last?.index ?? 0)).toBe(rows.length - 1)
    recording.clear()
    rows.update()
    expect(rows.length).toBe(0)
  })
})
