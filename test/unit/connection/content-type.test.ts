/** MIME essences of Content-Type headers. */

import { describe, expect, it } from 'vitest'
import { mimeEssence } from '../../../src/connection/content-type.ts'

const STREAM = 'text/event-stream'

describe('the MIME essence', () => {
  it.each([
    ['text/event-stream', STREAM],
    ['TEXT/Event-Stream; charset=x', STREAM],
    ['text/event-stream;', STREAM],
    ['text/event-stream;x', STREAM],
    ['text/event-stream ;charset=utf-8', STREAM],
    ['text/event-stream\t; charset="windows-1252"', STREAM],
    ['  text/event-stream  ', STREAM],
    ['\r\ntext/event-stream\r\n', STREAM],
    ['text/event-stream;charset=";,"', STREAM],
    ['text/event-streamfoo', 'text/event-streamfoo'],
    ['text/plain', 'text/plain'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ["a!#$%&'*+-.^_`|~9/b", "a!#$%&'*+-.^_`|~9/b"],
    ['*/x', '*/x'],
  ])('of %j is %j', (contentType, essence) => {
    expect(mimeEssence(contentType)).toBe(essence)
  })

  it.each([
    '',
    ' ',
    ';',
    ',',
    'text',
    'text/',
    '/event-stream',
    'text/event-stream x',
    'text /event-stream',
    'text/ event-stream',
    'text/event stream',
    'text/event-stream\u00a0',
    'text/event-streäm',
    '"text/event-stream"',
    'text/event-stream"x"',
    '\u000btext/event-stream',
    '*/*',
    '*/*; charset=utf-8',
  ])('of %j does not exist', (contentType) => {
    expect(mimeEssence(contentType)).toBeUndefined()
  })
})

describe('of several values', () => {
  it.each([
    ['the last counts', 'text/plain, text/event-stream', STREAM],
    ['the last counts when the stream comes first', 'text/event-stream, text/plain', 'text/plain'],
    ['an invalid one is skipped', 'text/event-stream, nonsense', STREAM],
    ['*/* is skipped', 'text/event-stream, */*', STREAM],
    ['empty ones are skipped', ',, text/event-stream ,,', STREAM],
    ['a comma in quotes separates nothing', 'text/event-stream;x="a, text/plain"', STREAM],
    ['an escaped quote does not end the quotes', String.raw`text/event-stream;x="\", text/plain"`, STREAM],
    ['an escaped backslash does not escape', String.raw`text/event-stream;x="\\", text/plain`, 'text/plain'],
    ['quotes that nobody closes reach to the end', 'text/event-stream;x="a, text/plain', STREAM],
    ['a backslash at the end escapes nothing', 'text/plain, text/event-stream;x="\\', STREAM],
    ['quotes may open in mid-value', 'text/event-stream;x=a"b, text/plain"c', STREAM],
  ])('%s', (_, contentType, essence) => {
    expect(mimeEssence(contentType)).toBe(essence)
  })
})

describe('a header of 1 MB takes no more than linear time', () => {
  const MB = 1_000_000
  it.each([
    ['of letters', 'a'.repeat(MB), undefined],
    ['with a long type', `${'a'.repeat(MB)}/x`, `${'a'.repeat(MB)}/x`],
    ['with a long subtype that is none', `text/${'a'.repeat(MB)}"`, undefined],
    ['of slashes', '/'.repeat(MB), undefined],
    ['of spaces', ' '.repeat(MB), undefined],
    ['of spaces between essence and nonsense', `text/event-stream${' '.repeat(MB)}x`, undefined],
    ['of semicolons', `text/event-stream${';'.repeat(MB)}`, STREAM],
    ['of commas', `text/event-stream${','.repeat(MB)}`, STREAM],
    ['of quotes', `text/event-stream;${'"'.repeat(MB)}`, STREAM],
    ['of one quote and letters', `text/event-stream;x="${'a'.repeat(MB)}`, STREAM],
    ['of backslashes in quotes', `text/event-stream;x="${'\\'.repeat(MB)}`, STREAM],
  ])('%s', (_, contentType, essence) => {
    const start = process.cpuUsage()
    expect(mimeEssence(contentType) === essence).toBe(true)
    // Some 10 ms of CPU time, which a busy machine does not lengthen; a parser that backtracks takes minutes.
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000)
  })
})
