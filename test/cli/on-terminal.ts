/** The command on a terminal: what a person sees, and what the terminal must not. */

import assert from 'node:assert/strict'
import type { Part } from './part.ts'
import { missingTerminal, Terminal } from './terminal.ts'

const TIME = String.raw`\d\d:\d\d:\d\d\.\d{3}`
const COLOUR = '\u001b[36m'

export const terminal: Part = {
  name: 'terminal',
  missing: missingTerminal,
  checks: ({ origin, add }) => ({
    'shows messages with their time, in colours': async () => {
      const tty = new Terminal([`${origin}/types`, '--max', '3'])
      const lines = await tty.ends()
      for (const [i, shown] of [
        `${TIME} message: a`,
        `${TIME} tick: b`,
        `${TIME} tock #7: c`,
        '  d',
        'code 0',
      ].entries()) {
        assert.match(lines[i] ?? '', new RegExp(`^${shown}$`))
      }
      assert.ok(tty.raw.includes(`${COLOUR}tick`), tty.raw)
    },
    'NO_COLOR switches the colours off': async () => {
      const tty = new Terminal([`${origin}/types`, '--max', '1'], { env: { NO_COLOR: '1' } })
      await tty.ends()
      // eslint-disable-next-line no-control-regex -- colours are such
      assert.doesNotMatch(tty.raw, /\u001b\[[\d;]*m/)
    },
    'a line says what is going on, and makes room for messages': async () => {
      let send = (): void => undefined
      const url = add('/later', (response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
        send = () => response.write('data: here\n\n')
      })
      const tty = new Terminal([url])
      await tty.shows(/^Connected to 127\.0\.0\.1:\d+: no message yet\. Ctrl-C ends\.$/)
      send()
      await tty.shows(new RegExp(`^${TIME} message: here$`))
      await tty.shows(/: 1 message, the last \d\.\d s ago\. Ctrl-C ends\.$/)
      tty.press('\u0003')
      const lines = await tty.ends()
      assert.equal(lines.filter((line) => line.includes('Connected')).length, 0, lines.join('\n'))
    },
    'counts down to the reconnection, and Ctrl-C ends it there': async () => {
      const tty = new Terminal([`${origin}/slow-retry`])
      await tty.shows(/^Reconnecting in 3 s\. The event stream at .* has ended$/)
      await tty.shows(/^Reconnecting in 2 s\./)
      tty.press('\u0003')
      const lines = await tty.ends()
      const shown = lines.map((line) => line.replace('^C', ''))
      assert.deepEqual(shown.slice(1, 3), ['Ended after 1 message. Last event ID: 5', 'To go on from there:'])
      assert.equal(shown[3], `  npx everysource ${origin}/slow-retry --last-event-id=5`)
      assert.equal(shown[4], 'code 0')
    },
    'the line says what is wrong with a stream': async () => {
      const tty = new Terminal([`${origin}/json-lines`], { columns: 160 })
      await tty.shows(/^Received 2 lines of JSON without "data:" .* \(--verbose says more\)$/)
      tty.press('\u0003')
      await tty.ends()
    },
    'the line is no longer than a narrow terminal': async () => {
      const tty = new Terminal([`${origin}/quiet`], { columns: 30 })
      await tty.shows(/^Connected to 127\.0\.0\.1/)
      assert.ok(
        tty.lines.every((line) => line.length < 30),
        JSON.stringify(tty.lines),
      )
      tty.press('\u0003')
      await tty.ends()
    },
    'what a server sends cannot command the terminal': async () => {
      for (const format of [['--verbose'], ['--data-only'], ['--json']]) {
        const tty = new Terminal([`${origin}/hostile`, '--max', '1', ...format], { env: { NO_COLOR: '1' } })
        const lines = await tty.ends()
        assert.ok(lines.at(-2) === 'code 0' && tty.raw.includes('owned'), tty.raw)
        // Ours are those that clear the line.
        assertHarmless(tty.raw)
      }
    },
    'nor what it says when it refuses': async () => {
      const tty = new Terminal([`${origin}/hostile-refusal`], { env: { NO_COLOR: '1' } })
      await tty.shows(/^ {2}no \\x1b\]0;owned\\x07 way$/)
      await tty.ends()
      assertHarmless(tty.raw)
    },
  }),
}

/** Apart from the sequences that clear the line, and keep it from wrapping, there are no control characters. */
function assertHarmless(raw: string): void {
  const rest = raw.replaceAll('\r\u001b[K', '').replaceAll('\u001b[?7l', '').replaceAll('\u001b[?7h', '')
  // eslint-disable-next-line no-control-regex -- they are what it looks for
  assert.doesNotMatch(rest, /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/)
}
