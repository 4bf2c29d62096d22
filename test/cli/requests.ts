/** What the command asks for, when it asks again, and when it ends. */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'
import { nobody } from './broken.ts'
import { CLI, Command, everysource } from './command.ts'
import type { Part } from './part.ts'

const NOTHING = { output: '', errors: '' }

export const requests: Part = {
  name: 'requests',
  checks: ({ origin, requests: log, add }) => {
    const echoed = async (...args: string[]): Promise<unknown> => {
      const { output } = await everysource([`${origin}/echo`, '--data-only', '--max', '1', ...args]).ends()
      return JSON.parse(output)
    }
    return {
      'sends method, headers and body; JSON is called so': async () => {
        const headers = ['-H', 'X-One: 1: a', '--header=X-Two:2']
        assert.deepEqual(await echoed('-X', 'put', ...headers, '-d', '{"a":1}'), [
          'PUT',
          'application/json',
          '1: a',
          '2',
          '{"a":1}',
        ])
        assert.deepEqual(await echoed('-d', 'a=1'), ['POST', 'application/x-www-form-urlencoded', '', '', 'a=1'])
        assert.deepEqual(await echoed('-d', '[]', '-H', 'content-type: text/plain'), [
          'POST',
          'text/plain',
          '',
          '',
          '[]',
        ])
      },
      'sends a file, and standard input, as they are': async () => {
        writeFileSync(path('.cache/cli-body.txt'), '1\r\n2\n')
        assert.deepEqual(((await echoed('-d', '@cli-body.txt')) as unknown[])[4], '1\r\n2\n')
        const command = new Command([process.execPath, CLI, `${origin}/echo`, '--data-only', '--max=1', '-d', '@-'])
        command.child.stdin.end('from a pipe\n')
        const { output } = await command.ends()
        assert.deepEqual((JSON.parse(output) as unknown[])[4], 'from a pipe\n')
      },
      'begins after --last-event-id': async () => {
        const { output } = await everysource([`${origin}/three`, '--last-event-id', '2', '--max', '1']).ends()
        assert.equal(output, 'message #3: three\n')
      },
      'comes back where it was': async () => {
        const url = add('/again', (response, _, nth) => {
          response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(`retry: 100\nid: ${nth}\ndata: x\n\n`)
        })
        await everysource([url, '--max', '3']).ends()
        assert.deepEqual(
          log('/again').map((headers) => headers['last-event-id']),
          [undefined, '1', '2'],
        )
      },
      'a 204 is the end': async () => {
        assert.deepEqual(await everysource([`${origin}/over`]).ends(), {
          ...NOTHING,
          code: 0,
          output: 'message: last\n',
        })
      },
      '--no-reconnect ends with the stream': async () => {
        const outcome = await everysource([`${origin}/drops`, '--no-reconnect', '--data-only']).ends()
        assert.deepEqual({ ...outcome, output: '' }, { ...NOTHING, code: 0 })
      },
      'the answer to a POST is not asked for again, unless --reconnect says so': async () => {
        const url = add('/post', (response, _, nth) => {
          response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(`retry: 100\ndata: ${nth}\n\n`)
          if (nth === 2) setTimeout(() => response.destroy(), 50)
          else response.end()
        })
        assert.equal((await everysource([url, '-d', 'x', '--data-only']).ends()).output, '1\n')
        // The answer that breaks off is requested again, the one that ends is complete.
        assert.equal((await everysource([url, '-d', 'x', '--data-only', '--reconnect']).ends()).output, '2\n3\n')
      },
      'fails with a status that is no success, and says what the server says': async () => {
        const url = add('/refused', (response) => {
          response.writeHead(503).end('{"error":"try later"}')
        })
        const { code, output, errors } = await everysource([url]).ends()
        assert.deepEqual({ code, output }, { code: 1, output: '' })
        assert.match(errors, /^everysource: The event stream at .* was refused: status 503 instead of 200\n/)
        assert.match(errors, /The server says:\n {2}\{"error":"try later"\}\n$/)
      },
      '--retry-status comes back after it': async () => {
        const outcome = await everysource([`${origin}/busy`, '--retry-status', '502,503', '--max', '1']).ends()
        assert.deepEqual({ code: outcome.code, output: outcome.output }, { code: 0, output: 'message: here\n' })
        assert.equal(log('/busy').length, 3)
      },
      'a server that is not there is said once, and tried again': async () => {
        const url = `${await nobody()}/stream`
        const command = everysource([url])
        await command.complains('do:  Start it')
        command.child.kill('SIGINT')
        const { code, output, errors } = await command.ends()
        assert.deepEqual({ code, output }, { code: 0, output: '' })
        assert.match(errors, /^everysource: The event stream at .* \(ECONNREFUSED\)\. Trying again; Ctrl-C ends\.\n/)
        assert.equal((await everysource([url, '--no-reconnect']).ends()).code, 1)
      },
      'a port that fetch blocks is named': async () => {
        const { code, errors } = await everysource(['http://localhost:9/', '--no-reconnect']).ends()
        assert.equal(code, 1)
        assert.match(errors, /^! error: fetch blocks port 9, so no request was sent\.$/m)
      },
      '--timeout fails when no message comes for that long': async () => {
        const { code, output, errors } = await everysource([`${origin}/quiet`, '--timeout', '0.3']).ends()
        assert.deepEqual(
          { code, output, errors },
          { code: 1, output: '', errors: 'everysource: no message has come for 0.3 s\n' },
        )
      },
      'wrong usage is said on standard error, with code 2': async () => {
        const { code, output, errors } = await everysource([`${origin}/three`, '--jsn']).ends()
        assert.deepEqual({ code, output }, { code: 2, output: '' })
        assert.equal(
          errors,
          'everysource: There is no option --jsn. Did you mean --json?\nMore: npx everysource --help\n',
        )
        const host = await everysource([`${origin}/three`, '-H', 'Host: a.test', '--timeout', '60']).ends()
        assert.equal(host.code, 2)
        assert.match(host.errors, /^everysource: --header has "Host", which .*\nMore: /)
        const missing = await everysource([`${origin}/echo`, '-d', '@not-there.json']).ends()
        assert.equal(missing.code, 2)
        assert.match(missing.errors, /^everysource: --data: the file "not-there\.json" is not there\./)
      },
    }
  },
}
