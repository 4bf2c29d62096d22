/** Formatting of JSON. */

import { describe, expect, it } from 'vitest'
import { pretty } from '../../../src/cli/pretty.ts'

const plain = (text: string, width = 40): string | undefined => pretty(text, width, (_, token) => token)

describe('pretty', () => {
  it.each([
    ['{"a":1,"b":[true,null]}', '{ "a": 1, "b": [true, null] }'],
    ['{}', '{}'],
    [' [ ] ', '[]'],
    ['[{"a":[]},"x, y: {z}"]', '[{ "a": [] }, "x, y: {z}"]'],
    ['{"a\\"b":"c\\\\"}', '{ "a\\"b": "c\\\\" }'],
  ])('puts %s on one line', (json, shown) => {
    expect(plain(json)).toBe(shown)
  })

  it('indents objects and arrays that do not fit on a line', () => {
    expect(plain('{"first":{"n":1},"second":["some text","more text","and more"]}')).toBe(
      `{
  "first": { "n": 1 },
  "second": [
    "some text",
    "more text",
    "and more"
  ]
}`,
    )
  })

  it('fits lines to the width exactly', () => {
    const line = '{ "a": 1, "b": "text" }'
    expect(plain(line, line.length)).toBe(line)
    expect(plain(line, line.length - 1)).toBe('{\n  "a": 1,\n  "b": "text"\n}')
  })

  it('keeps each token', () => {
    expect(plain('{"n":[12345678901234567890,1.0,-2e+10],"a":1,"a":2,"\\u0041":"\\u00e9\\/"}', 99)).toBe(
      '{ "n": [12345678901234567890, 1.0, -2e+10], "a": 1, "a": 2, "\\u0041": "\\u00e9\\/" }',
    )
  })

  it('paints keys, strings, numbers and other literals', () => {
    const painted = pretty('{"k":["s",1,null]}', 80, (format, token) => `<${String(format)} ${token}>`)
    expect(painted).toBe('{ <blue "k">: [<green "s">, <yellow 1>, <magenta null>] }')
  })

  it.each(['', 'text', '1', '"a"', '{"a":1', '{a:1}', '[1]]', `${'['.repeat(1e5)}${']'.repeat(1e5)}`])(
    'leaves other text alone (%#)',
    (text) => {
      expect(plain(text)).toBeUndefined()
    },
  )
})
