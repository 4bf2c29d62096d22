/** The status line at the bottom of a terminal. */

import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Screen, type Output } from '../../../src/cli/screen.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function terminal(): PassThrough & Output {
  return Object.assign(new PassThrough().setEncoding('utf8'), { isTTY: true })
}

it('draws no status line after raw bytes, which may end in half a line', () => {
  const [stdout, stderr] = [terminal(), terminal()]
  const screen = new Screen(stdout, stderr, {})
  screen.status = () => 'Connected'
  void screen.write('data: hal')
  screen.refresh()
  vi.advanceTimersByTime(1_000)
  void screen.write('f\n\n')
  screen.close()
  expect(stdout.read()).toBe('data: half\n\n')
  expect(stderr.read()).toBeNull()
})

it('removes the status line before it writes raw bytes', () => {
  const [stdout, stderr] = [terminal(), terminal()]
  const screen = new Screen(stdout, stderr, {})
  screen.status = () => 'Connecting'
  vi.advanceTimersByTime(1_000)
  expect(stderr.read()).toContain('Connecting')
  void screen.write('data: half')
  expect(stderr.read()).toBe('\r\u001b[K')
})
