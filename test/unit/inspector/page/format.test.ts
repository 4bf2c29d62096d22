/** The figures on the inspector page. */

import { expect, test } from 'vitest'
import { bytesOf, counted, duration, hueOf, inTime, size } from '../../../../src/inspector/page/format.ts'

test('counts in singular and plural', () => {
  expect([0, 1, 2, 1_234].map((count) => counted(count, 'message'))).toEqual([
    '0 messages',
    '1 message',
    '2 messages',
    '1,234 messages',
  ])
})

test('rounds times to what a reader needs', () => {
  expect([0, 49, 500.4, 949, 950, 4_056, 60_000].map(inTime)).toEqual([
    'at once',
    'at once',
    'in 0.5 s',
    'in 0.9 s',
    'in 1 s',
    'in 4 s',
    'in 60 s',
  ])
  expect([0.4, 999.4, 999.6, 59_940, 59_960, 125_000].map(duration)).toEqual([
    '0 ms',
    '999 ms',
    '1.0 s',
    '59.9 s',
    '1 min 0 s',
    '2 min 5 s',
  ])
})

test('shows sizes in bytes of UTF-8', () => {
  expect(size(bytesOf('naïve'))).toBe('6 B')
  expect([999, 1_000, 12_345, 999_960].map(size)).toEqual(['999 B', '1.0 kB', '12.3 kB', '1.0 MB'])
})

test('gives a type the same hue each time, and others another one', () => {
  const hues = ['price', 'trade', 'error', 'ping'].map(hueOf)
  expect(hues).toEqual(['price', 'trade', 'error', 'ping'].map(hueOf))
  expect(new Set(hues).size).toBeGreaterThan(1)
  for (const hue of hues) expect(hue % 30).toBe(0)
})
