/** The output of the tour. */

import { PassThrough } from 'node:stream'
import { WriteStream } from 'node:tty'
import { stripVTControlCharacters } from 'node:util'
import { beforeEach, expect, test, vi } from 'vitest'
import { createTerminal, type Terminal } from '../../demo/terminal.ts'

beforeEach(() => {
  for (const name of ['FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS', 'CI', 'TMUX', 'COLORTERM'])
    vi.stubEnv(name, undefined)
  vi.stubEnv('TERM', 'xterm-256color')
  return () => vi.unstubAllEnvs()
})

function printed(isTTY: boolean, act: (terminal: Terminal) => void): string {
  // Node uses this to detect color support.
  const getColorDepth = (environment?: object) => WriteStream.prototype.getColorDepth(environment)
  const output = Object.assign(new PassThrough({ encoding: 'utf8' }), isTTY ? { isTTY, getColorDepth } : {})
  act(createTerminal(output))
  return String(output.read())
}

const sample = (terminal: Terminal) => {
  terminal.heading('Title')
  terminal.line('/drop', 'OPEN')
  terminal.line('/drop', 'message', 'part 1')
  terminal.line('/drop', 'server', 'drops it')
}

const PLAIN = `
Title
  /drop             OPEN
  /drop             message      part 1
  /drop             server       drops it
`

test('prints plain text without a terminal', () => {
  expect(printed(false, sample)).toBe(PLAIN)
})

test('prints in color on a terminal', () => {
  const text = printed(true, sample)
  expect(text).not.toBe(PLAIN)
  expect(stripVTControlCharacters(text).replace(/ +$/gm, '')).toBe(PLAIN)
})

test('respects NO_COLOR', () => {
  vi.stubEnv('NO_COLOR', '1')
  expect(printed(true, sample)).toBe(PLAIN)
})

test('grows a text in place until another line is printed', () => {
  const text = printed(false, (terminal) => {
    terminal.grow('/article', 'message', 'H')
    terminal.grow('/article', 'message', 'He')
    terminal.line('/stream', 'OPEN')
    terminal.grow('/article', 'message', 'Hel')
    terminal.grow('/article', 'message', 'Hell')
    terminal.print()
  })
  expect(text.split('\n')).toEqual([
    '  /article          message      He',
    '  /stream           OPEN',
    '  /article          message      Hell',
    '',
    '',
  ])
})
