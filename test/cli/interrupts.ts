/** Ctrl-C, and the command that goes on from there. */

import assert from 'node:assert/strict'
import { three } from './broken.ts'
import { CLI, Command, everysource } from './command.ts'
import type { Part } from './part.ts'

/** Interrupts the command once it has printed this. */
async function interrupted(args: string[], printed: string, signal: 'SIGINT' | 'SIGTERM' = 'SIGINT') {
  const command = everysource(args)
  await command.prints(printed)
  command.child.kill(signal)
  return command.ends()
}

export const interrupts: Part = {
  name: 'interrupts',
  checks: ({ origin, add, requests }) => ({
    'ends with the last event ID, and the command that goes on, which does': async () => {
      const url = `${add('/resumed', three)}?a=1&b='2'`
      const args = [url, '--data-only', '-H', "X-One: it's", '--last-event-id', '1']
      const { code, output, errors } = await interrupted(args, 'three\n')
      assert.deepEqual({ code, output }, { code: 0, output: 'two\nthree\n' })
      const [said, how, command = ''] = errors.split('\n')
      assert.deepEqual([said, how], ['Ended after 2 messages. Last event ID: 3', 'To go on from there:'])
      assert.ok(command.startsWith('  npx everysource '), command)

      const again = new Command([
        'sh',
        '-c',
        `exec ${command.replace('npx everysource', '"$0" "$1"')} -v`,
        process.execPath,
        CLI,
      ])
      await again.complains('answered: 200')
      again.child.kill('SIGINT')
      await again.ends()
      const [, sent] = requests('/resumed')
      assert.deepEqual([sent?.['last-event-id'], sent?.['x-one']], ['3', "it's"])
    },
    'by SIGTERM too': async () => {
      const { code, errors } = await interrupted([`${origin}/three`], 'three\n', 'SIGTERM')
      assert.equal(code, 0)
      assert.match(errors, /^Ended after 3 messages\. Last event ID: 3\n/)
    },
    'says so where no message had an id': async () => {
      const { code, errors } = await interrupted([`${origin}/types`, '--type', 'tick'], 'b\n')
      assert.equal(code, 0)
      assert.match(errors, /^Ended after 1 message\. /)
    },
    'keeps secrets out of that command': async () => {
      const url = `${origin.replace('//', '//me:hunter2@')}/three?api_key=s3cret&page=2`
      const headers = ['Cookie: sid=s3cret', 'X-Auth-Token: s3cret', 'X-Plain: open'].flatMap((header) => [
        '-H',
        header,
      ])
      const { errors } = await interrupted([url, ...headers], 'three\n')
      assert.match(errors, /with your own values for <hidden>:\n/)
      for (const shown of [
        "'Cookie: <hidden>'",
        "'X-Auth-Token: <hidden>'",
        "'X-Plain: open'",
        'me:<hidden>@',
        'api_key=<hidden>&page=2',
      ]) {
        assert.ok(errors.includes(shown), `${shown} is not in ${errors}`)
      }
      assert.doesNotMatch(errors, /s3cret|hunter2/)
    },
    'ends while it waits to reconnect': async () => {
      const { code, errors } = await interrupted([`${origin}/slow-retry`, '-v'], 'message #5: x\n')
      assert.equal(code, 0)
      assert.match(errors, /Ended after 1 message\. Last event ID: 5\n/)
    },
    'ends while a server does not answer': async () => {
      const command = everysource([`${origin}/hangs`, '-v'])
      await command.complains('connecting: GET')
      command.child.kill('SIGINT')
      assert.equal((await command.ends()).code, 0)
    },
  }),
}
