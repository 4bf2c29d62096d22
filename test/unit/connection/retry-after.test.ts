/** The header Retry-After. */

import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from '../../../src/connection/retry-after.ts'

/** 37 s before the date of RFC 9110's examples. */
const NOW = Date.UTC(1994, 10, 6, 8, 49, 0)

describe('in seconds', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    ['120', 120_000],
    ['007', 7_000],
    [' 5 ', 5_000],
    ['99999999999999999999', 1e23],
    ['9'.repeat(400), Infinity],
  ])('%.30j is %d ms', (value, ms) => {
    expect(parseRetryAfter(value, NOW)).toBe(ms)
  })
})

describe('as a date', () => {
  it.each([
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['as of RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT'],
    ["asctime's, whose zone goes without saying", 'Sun Nov  6 08:49:37 1994'],
    ['with space around it', ' Sun, 06 Nov 1994 08:49:37 GMT '],
  ])('is the time until then: %s', (_, value) => {
    expect(parseRetryAfter(value, NOW)).toBe(37_000)
  })

  it.each([
    'Sun, 06 Nov 1994 08:48:59 GMT',
    'Sunday, 06-Nov-94 08:00:00 GMT',
    'Sun Nov  6 08:48:59 1994',
    'Thu, 01 Jan 1970 00:00:00 GMT',
  ])('that has passed is 0: %s', (value) => {
    expect(parseRetryAfter(value, NOW)).toBe(0)
  })

  it('that is now is 0', () => {
    expect(parseRetryAfter('Sun, 06 Nov 1994 08:49:00 GMT', NOW)).toBe(0)
  })

  it('may be years away', () => {
    expect(parseRetryAfter('Tue, 06 Nov 2094 08:49:00 GMT', NOW)).toBe(36_525 * 86_400_000)
  })
})

describe('anything else is nothing', () => {
  it.each([
    '',
    ' ',
    '-5',
    '+5',
    '1.5',
    '1e3',
    '0x10',
    '5s',
    '5, 5',
    'soon',
    'Soon',
    'NaN',
    'Infinity',
    '1994-11-06T08:49:37Z',
    '06 Nov 1994 08:49:37 GMT',
    'Sun, 99 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 28:49:37 GMT',
    // What a lenient Date.parse makes a date of
    'Retry in 5',
    'Please wait 10',
    'Seconds 120',
    'Never before 2099',
  ])('%j', (value) => {
    expect(parseRetryAfter(value, NOW)).toBeUndefined()
  })
})
