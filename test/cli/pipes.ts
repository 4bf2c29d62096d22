/** The output in a pipe. */

import assert from 'node:assert/strict'
import { everysource } from './command.ts'
import type { Part } from './part.ts'

export const pipes: Part = {
  name: 'pipes',
  checks: ({ origin, add, requests }) => ({
    'prints type, id and data of each message, and nothing else': async () => {
      const outcome = await everysource([`${origin}/types`, '--max', '3']).exits()
      assert.deepEqual(outcome, { code: 0, output: 'message: a\ntick: b\ntock #7: c\n  d\n', errors: '' })
    },
    '--data-only prints only the data, byte for byte': async () => {
      const url = add('/bytes', (response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        response.write('data: \u001b[31mred\u001b[0m \u0000\u009b é 🙂\ndata:  two \n\n')
      })
      const command = everysource([url, '--data-only', '--max', '1'])
      await command.exits()
      assert.deepEqual(command.bytes, Buffer.from('\u001b[31mred\u001b[0m \u0000\u009b é 🙂\n two \n'))
    },
    '--json prints one object per line': async () => {
      const { output } = await everysource([`${origin}/types`, '--json', '--max', '3']).exits()
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
    '--type skips other types and does not count them for --max': async () => {
      const args = ['--type', 'tick', '--type', 'tock', '--max', '2', '--data-only']
      assert.deepEqual(await everysource([`${origin}/types`, ...args]).exits(), {
        code: 0,
        output: 'b\nc\nd\n',
        errors: '',
      })
    },
    'prints no colors unless FORCE_COLOR is set': async () => {
      const args = [`${origin}/three`, '--max', '1']
      assert.equal(
        (await everysource(args, { FORCE_COLOR: '1' }).exits()).output,
        '\u001b[36mmessage\u001b[39m\u001b[2m #1\u001b[22m: one\n',
      )
      assert.equal((await everysource(args, { FORCE_COLOR: '0' }).exits()).output, 'message #1: one\n')
    },
    'exits with 0 when the reader closes the pipe early': async () => {
      const command = everysource([`${origin}/drops`])
      await command.prints('message #1: 1\n')
      command.child.stdout.destroy()
      const { code, errors } = await command.exits()
      assert.deepEqual({ code, errors }, { code: 0, errors: '' })
    },
    '--verbose logs to standard error only': async () => {
      const url = add('/verbose', (response, _, nth) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        response.end(`: hello\nretry: 600\nid: ${nth}\ndata: ${nth}\n\n`)
      })
      const { output, errors } = await everysource([url, '-v', '--max', '2', '--data-only']).exits()
      assert.equal(output, '1\n2\n')
      const log = errors.replaceAll(/\d\d:\d\d:\d\d\.\d{3} /g, '').replaceAll(/\d+\.\d s/g, 'N s')
      assert.equal(
        log,
        [
          `* connecting: GET ${url}`,
          '* response: 200, text/event-stream, after N s',
          '* retry: the server set the reconnection time to 600 ms',
          '* comment: hello',
          `* lost: The event stream at ${url} has ended`,
          '* reconnecting in N s',
          `* connecting: GET ${url}, with Last-Event-ID 1`,
          '* response: 200, text/event-stream, after N s',
          '* comment: hello',
          '* ended: reached --max 2',
          '',
        ].join('\n'),
      )
      assert.deepEqual(
        requests('/verbose').map((headers) => headers['last-event-id']),
        [undefined, '1'],
      )
    },
    '--verbose hides the query and the password': async () => {
      const url = `${origin.replace('//', '//me:hunter2@')}/three?key=s3cret`
      const { errors } = await everysource([url, '-v', '--max', '1', '--last-event-id', '1']).exits()
      assert.match(errors, /connecting: GET http:\/\/127\.0\.0\.1:\d+\/three\?…, with Last-Event-ID 1\n/)
      assert.doesNotMatch(errors, /hunter2|s3cret/)
    },
  }),
}
