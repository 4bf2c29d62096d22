/** The tables of docs/reference/options.md name every option and member of the types, and nothing else. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { path } from '../conformance/bundle.ts'

const page = readFileSync(path('docs/reference/options.md'), 'utf8')

/** The names in the first column of the first table with this head, from a section on. */
function rows(head: string, section = ''): string[] {
  const lines = page.slice(page.indexOf(section)).split('\n')
  const first = lines.findIndex((line) => line.startsWith(`| ${head} `)) + 2
  const end = lines.findIndex((line, i) => i >= first && !line.startsWith('|'))
  return lines.slice(first, end).flatMap((line) => Array.from(line.split('|')[1]?.matchAll(/\w[\w-]*/g) ?? [], String))
}

/** The members of a class or an interface. */
function membersOf(file: string, declaration: string): string[] {
  const source = readFileSync(path(file), 'utf8')
  const from = source.indexOf(declaration)
  expect(from).toBeGreaterThan(-1)
  const body = source.slice(from, source.indexOf('\n}', from))
  return Array.from(body.matchAll(/^ {2}(?:declare )?(?:readonly )?(\w+)\??:/gm), ([, name = '']) => name)
}

const OPTIONS = 'src/connection/options.ts'
const ERROR = 'src/connection/connection-error.ts'
const FAILURE = 'src/connection/failure.ts'

test.for([
  ['options', rows('option'), membersOf(OPTIONS, 'interface EventSourceInit ')],
  ['members of a policy', rows('member', '## Reconnecting'), membersOf(OPTIONS, 'interface ReconnectPolicy ')],
  ['arguments of shouldReconnect', rows('argument'), ['failure', ...membersOf(OPTIONS, 'interface FailureContext ')]],
  ['members of an attempt', rows('member', '### `headers`'), membersOf(OPTIONS, 'interface Attempt ')],
  [
    'members of an error event',
    rows('member', '## Events'),
    ['interface AnyErrorEvent ', 'interface Loss '].flatMap((head) => membersOf('src/event-source/events.ts', head)),
  ],
  [
    'members of an error',
    rows('member', '## Errors'),
    [...membersOf(ERROR, 'class ConnectionError '), 'message', 'cause'],
  ],
  ['reasons', rows('reason'), reasons()],
] as const)('the %s', ([, named, declared]) => {
  expect(declared.length).toBeGreaterThan(2)
  expect([...named].sort()).toEqual([...declared].sort())
})

function reasons(): string[] {
  const [, union = ''] = /type FailureReason =([^=]*?)\n\n/.exec(readFileSync(path(FAILURE), 'utf8')) ?? []
  return Array.from(union.matchAll(/'([\w-]+)'/g), ([, name = '']) => name)
}
