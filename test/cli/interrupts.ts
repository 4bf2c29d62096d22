/** Stopping with Ctrl-C, and the printed command that resumes the stream. */

import assert from 'node:assert/strict'
import { three } from './test-server.ts'
import { CLI, Command, everysource } from './command.ts'
import type { Part } from './part.ts'

/** Interrupts the command after it has printed `printed`. */
async function interrupted(args: string[], printed: string, signal: 'SIGINT' | 'SIGTERM' = 'SIGINT') {
  const command = everysource(args)
  await command.prints(printed)
  command.child.kill(signal)
  return command.exits()
}

export const interrupts: Part = {
  name: 'interrupts',
  checks: ({ origin, add, requests }) => ({
    'prints the last event ID and a command that resumes from there': async () => {
      const url = `${add('/resumed', three)}?a=1&b='2'`
      const args = [url, '--data-only', '-H', "X-One: it's", '--last-event-id', '1']
      const { code, output, errors } = await interrupted(args, 'three\n')
      assert.deepEqual({ code, output }, { code: 0, output: 'two\nthree\n' })
      const [summary, hint, command = ''] = errors.split('\n')
      assert.deepEqual([summary, hint], ['Stopped after 2 messages. Last event ID: 3', 'To resume:'])
      assert.ok(command.startsWith('  npx everysource '), command)

      const resumed = new Command([
        'sh',
        '-c',
        `exec ${command.replace('npx everysource', '"$0" "$1"')} -v`,
        process.execPath,
        CLI,
      ])
      await resumed.complains('response: 200')
      resumed.child.kill('SIGINT')
      await resumed.exits()
      const [, sent] = requests('/resumed')
      assert.deepEqual([sent?.['last-event-id'], sent?.['x-one']], ['3', "it's"])
    },
    'handles SIGTERM like Ctrl-C': async () => {
      const { code, errors } = await interrupted([`${origin}/three`], 'three\n', 'SIGTERM')
      assert.equal(code, 0)
      assert.match(errors, /^Stopped after 3 messages\. Last event ID: 3\n/)
    },
    'explains that a stream without event IDs cannot be resumed': async () => {
      const url = add('/no-ids', (response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: b\n\n')
      })
      const { code, errors } = await interrupted([url], 'b\n')
      assert.equal(code, 0)
      assert.match(errors, /^Stopped after 1 message\. No event IDs received, so the stream can't be resumed\.\n$/)
    },
    'hides secrets in the command that resumes': async () => {
      const url = `${origin.replace('//', '//me:hunter2@')}/three?api_key=s3cret&page=2`
      const headers = ['Cookie: sid=s3cret', 'X-Auth-Token: s3cret', 'X-Plain: open'].flatMap((header) => [
        '-H',
        header,
      ])
      const { errors } = await interrupted([url, ...headers], 'three\n')
      assert.match(errors, /To resume \(replace <hidden> with your values\):\n/)
      for (const shown of [
        "'Cookie: <hidden>'",
        "'X-Auth-Token: <hidden>'",
        "'X-Plain: open'",
        'http://<hidden>@',
        'api_key=<hidden>&page=2',
      ]) {
        assert.ok(errors.includes(shown), `${shown} is not in ${errors}`)
      }
      assert.doesNotMatch(errors, /s3cret|hunter2|me:/)
    },
    'stops while waiting to reconnect': async () => {
      const { code, errors } = await interrupted([`${origin}/slow-retry`, '-v'], 'message #5: x\n')
      assert.equal(code, 0)
      assert.match(errors, /Stopped after 1 message\. Last event ID: 5\n/)
    },
    'stops while the server does not respond': async () => {
      const command = everysource([`${origin}/hangs`, '-v'])
      await command.complains('connecting: GET')
      command.child.kill('SIGINT')
      assert.equal((await command.exits()).code, 0)
    },
  }),
}
