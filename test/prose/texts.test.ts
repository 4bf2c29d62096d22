import { expect, it } from 'vitest'
import { textsOf } from './texts.ts'

const SOURCE = `/**
 * A comment on
 * two lines.
 */
const name = 'a string' // and its \`code\`
const template = \`from \${name} to \${/* a note */ name}\`
const key = 'identifier'
const whole = \`with \\\`code\\\` in it\`
`

function linesOf(source: string, file: string): string[] {
  const text = textsOf(source, file)
  expect(text).toHaveLength(source.length)
  return text.split('\n').map((line) => line.trimEnd())
}

it('keeps the comments of a program, and its strings that contain a space, at their positions', () => {
  expect(linesOf(SOURCE, 'file.ts')).toEqual([
    '/**',
    '   A comment on',
    '   two lines.',
    ' */',
    "             'a string' // and its ······",
    '                  from ${    } to ${/* a note */',
    '',
    '               with ········ in it',
    '',
  ])
})

it('keeps the text of a web page', () => {
  expect(linesOf('<p class="a b">some <b>bold</b>\n<code>code</code> page</p>', 'page.html')).toEqual([
    '               some    bold',
    '                  page',
  ])
})
