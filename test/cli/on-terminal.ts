/** The command on a terminal: layout, status line, and escaping of control characters. */

import assert from 'node:assert/strict'
import type { Part } from './part.ts'
import { missingTerminal, Terminal } from './terminal.ts'

const TIME = String.raw`\d\d:\d\d:\d\d\.\d{3}`
const CYAN = '\u001b[36m'

export const terminal: Part = {
  name: 'terminal',
  missing: missingTerminal,
  checks: ({ origin, add }) => ({
    'prints messages with their time and in color': async () => {
      const tty = new Terminal([`${origin}/types`, '--max', '3'])
      const lines = await tty.exits()
      for (const [i, shown] of [
        `${TIME} message: a`,
        `${TIME} tick: b`,
        `${TIME} tock #7: c`,
        '  d',
        'code 0',
      ].entries()) {
        assert.match(lines[i] ?? '', new RegExp(`^${shown}$`))
      }
      assert.ok(tty.raw.includes(`${CYAN}tick`), tty.raw)
    },
    'prints no colors with NO_COLOR': async () => {
      const tty = new Terminal([`${origin}/types`, '--max', '1'], { env: { NO_COLOR: '1' } })
      await tty.exits()
      // eslint-disable-next-line no-control-regex -- matches color sequences
      assert.doesNotMatch(tty.raw, /\u001b\[[\d;]*m/)
    },
    'shows a status line that makes room for messages': async () => {
      let send = (): void => undefined
      const url = add('/later', (response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
        send = () => response.write('data: here\n\n')
      })
      const tty = new Terminal([url])
      await tty.shows(/^Connected to 127\.0\.0\.1:\d+: no messages yet\. Press Ctrl-C to stop$/)
      send()
      await tty.shows(new RegExp(`^${TIME} message: here$`))
      await tty.shows(/: 1 message, last \d\.\d s ago\. Press Ctrl-C to stop$/)
      tty.press('\u0003')
      const lines = await tty.exits()
      assert.equal(lines.filter((line) => line.includes('Connected')).length, 0, lines.join('\n'))
    },
    'counts down to the reconnection, and stops there on Ctrl-C': async () => {
      const tty = new Terminal([`${origin}/slow-retry`])
      await tty.shows(/^Reconnecting in 3 s\. The event stream at .* has ended$/)
      await tty.shows(/^Reconnecting in 2 s\./)
      tty.press('\u0003')
      const lines = await tty.exits()
      const shown = lines.map((line) => line.replace('^C', ''))
      assert.deepEqual(shown.slice(1, 3), ['Stopped after 1 message. Last event ID: 5', 'To resume:'])
      assert.equal(shown[3], `  npx everysource ${origin}/slow-retry --last-event-id=5`)
      assert.equal(shown[4], 'code 0')
    },
    'shows a problem with the stream in the status line': async () => {
      const tty = new Terminal([`${origin}/json-lines`], { columns: 160 })
      await tty.shows(/^Received 2 lines of JSON without "data:" .* \(use --verbose for details\)$/)
      tty.press('\u0003')
      await tty.exits()
    },
    'cuts the status line to the width of a narrow terminal': async () => {
      const tty = new Terminal([`${origin}/quiet`], { columns: 30 })
      await tty.shows(/^Connected to 127\.0\.0\.1/)
      assert.ok(
        tty.lines.every((line) => line.length < 30),
        JSON.stringify(tty.lines),
      )
      tty.press('\u0003')
      await tty.exits()
    },
    'escapes control characters in messages': async () => {
      for (const format of [['--verbose'], ['--data-only'], ['--json']]) {
        const tty = new Terminal([`${origin}/hostile`, '--max', '1', ...format], { env: { NO_COLOR: '1' } })
        const lines = await tty.exits()
        assert.ok(lines.at(-2) === 'code 0' && tty.raw.includes('owned'), tty.raw)
        assertHarmless(tty.raw)
      }
    },
    'escapes control characters in a refused response': async () => {
      const tty = new Terminal([`${origin}/hostile-refusal`], { env: { NO_COLOR: '1' } })
      await tty.shows(/^ {2}no \\x1b\]0;owned\\x07 way$/)
      await tty.exits()
      assertHarmless(tty.raw)
    },
  }),
}

/** The only control sequences allowed are those that clear the status line and keep it from wrapping. */
function assertHarmless(raw: string): void {
  const rest = raw.replaceAll('\r\u001b[K', '').replaceAll('\u001b[?7l', '').replaceAll('\u001b[?7h', '')
  // eslint-disable-next-line no-control-regex -- matching them is the point
  assert.doesNotMatch(rest, /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/)
}
