/** What comes out of the command where it is no terminal that reads it. */

import assert from 'node:assert/strict'
import { everysource } from './command.ts'
import type { Part } from './part.ts'

export const pipes: Part = {
  name: 'pipes',
  checks: ({ origin, add, requests }) => ({
    'prints type, id and data of each message, and nothing else': async () => {
      const outcome = await everysource([`${origin}/types`, '--max', '3']).ends()
      assert.deepEqual(outcome, { code: 0, output: 'message: a\ntick: b\ntock #7: c\n  d\n', errors: '' })
    },
    '--data-only prints data alone, byte for byte': async () => {
      const url = add('/bytes', (response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        response.write('data: \u001b[31mred\u001b[0m \u0000\u009b é 🙂\ndata:  two \n\n')
      })
      const command = everysource([url, '--data-only', '--max', '1'])
      await command.ends()
      assert.deepEqual(command.bytes, Buffer.from('\u001b[31mred\u001b[0m \u0000\u009b é 🙂\n two \n'))
    },
    '--json prints one object a line': async () => {
      const { output } = await everysource([`${origin}/types`, '--json', '--max', '3']).ends()
      assert.deepEqual(
        output
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
        [
          { type: 'message', data: 'a', lastEventId: '' },
          { type: 'tick', data: 'b', lastEventId: '' },
          { type: 'tock', data: 'c\nd', id: '7', lastEventId: '7' },
        ],
      )
    },
    '--type leaves others out, and out of --max': async () => {
      const args = ['--type', 'tick', '--type', 'tock', '--max', '2', '--data-only']
      assert.deepEqual(await everysource([`${origin}/types`, ...args]).ends(), {
        code: 0,
        output: 'b\nc\nd\n',
        errors: '',
      })
    },
    'has no colours, unless FORCE_COLOR asks for them': async () => {
      const args = [`${origin}/three`, '--max', '1']
      assert.equal(
        (await everysource(args, { FORCE_COLOR: '1' }).ends()).output,
        '\u001b[36mmessage\u001b[39m\u001b[2m #1\u001b[22m: one\n',
      )
      assert.equal((await everysource(args, { FORCE_COLOR: '0' }).ends()).output, 'message #1: one\n')
    },
    'a reader that leaves early is no error': async () => {
      const command = everysource([`${origin}/drops`])
      await command.prints('message #1: 1\n')
      command.child.stdout.destroy()
      const { code, errors } = await command.ends()
      assert.deepEqual({ code, errors }, { code: 0, errors: '' })
    },
    '--verbose tells the story on standard error, and the output stays clean': async () => {
      const url = add('/story', (response, _, nth) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        response.end(`: hello\nretry: 600\nid: ${nth}\ndata: ${nth}\n\n`)
      })
      const { output, errors } = await everysource([url, '-v', '--max', '2', '--data-only']).ends()
      assert.equal(output, '1\n2\n')
      const story = errors.replaceAll(/\d\d:\d\d:\d\d\.\d{3} /g, '').replaceAll(/\d+\.\d s/g, 'N s')
      assert.equal(
        story,
        [
          `* connecting: GET ${url}`,
          '* answered: 200, text/event-stream, after N s',
          '* retry: the server asks to wait 600 ms before a reconnection',
          '* comment: hello',
          `* lost: The event stream at ${url} has ended`,
          '* waiting N s before the reconnection',
          `* connecting: GET ${url}, with Last-Event-ID 1`,
          '* answered: 200, text/event-stream, after N s',
          '* comment: hello',
          '* ended: after 2 of --max',
          '',
        ].join('\n'),
      )
      assert.deepEqual(
        requests('/story').map((headers) => headers['last-event-id']),
        [undefined, '1'],
      )
    },
    '--verbose shows no query and no password': async () => {
      const url = `${origin.replace('//', '//me:hunter2@')}/three?key=s3cret`
      const { errors } = await everysource([url, '-v', '--max', '1', '--last-event-id', '1']).ends()
      assert.match(errors, /connecting: GET http:\/\/127\.0\.0\.1:\d+\/three\?…, with Last-Event-ID 1\n/)
      assert.doesNotMatch(errors, /hunter2|s3cret/)
    },
  }),
}
