import { expect, it } from 'vitest'
import { textsOf } from './texts.ts'

const SOURCE = `/**
 * A comment on
 * two lines.
 */
const name = 'a string' // and its \`code\`
const template = \`from \${name} to \${/* a note */ name}\`
const key = 'identifier'
`

it('keeps comments and strings with spaces at their places and blanks out code', () => {
  const text = textsOf(SOURCE, 'file.ts')
  expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
    '/**',
    '   A comment on',
    '   two lines.',
    ' */',
    "             'a string' // and its ······",
    '                 `from ${    } to ${/* a note */',
    '',
    '',
  ])
  expect(text).toHaveLength(SOURCE.length)
})
