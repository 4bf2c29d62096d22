/** The requests of the command: what it sends, when it reconnects, and when it exits. */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'
import { unusedOrigin } from './test-server.ts'
import { CLI, Command, everysource } from './command.ts'
import type { Part } from './part.ts'

const NOTHING = { output: '', errors: '' }

export const requests: Part = {
  name: 'requests',
  checks: ({ origin, requests: log, add }) => {
    const echoed = async (...args: string[]): Promise<unknown> => {
      const { output } = await everysource([`${origin}/echo`, '--data-only', '--max', '1', ...args]).exits()
      return JSON.parse(output)
    }
    return {
      'sends method, headers and body, and detects JSON': async () => {
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
      'sends a file and standard input byte for byte': async () => {
        writeFileSync(path('.cache/cli-body.txt'), '1\r\n2\n')
        assert.deepEqual(((await echoed('-d', '@cli-body.txt')) as unknown[])[4], '1\r\n2\n')
        const command = new Command([process.execPath, CLI, `${origin}/echo`, '--data-only', '--max=1', '-d', '@-'])
        command.child.stdin.end('from a pipe\n')
        const { output } = await command.exits()
        assert.deepEqual((JSON.parse(output) as unknown[])[4], 'from a pipe\n')
      },
      'resumes after --last-event-id': async () => {
        const { output } = await everysource([`${origin}/three`, '--last-event-id', '2', '--max', '1']).exits()
        assert.equal(output, 'message #3: three\n')
      },
      '--verbose logs a --last-event-id that is not ASCII as typed': async () => {
        const command = everysource([`${origin}/quiet`, '--last-event-id', '🎉', '--verbose'])
        await command.complains('/quiet, with Last-Event-ID 🎉\n')
        command.child.kill('SIGINT')
        await command.exits()
      },
      'reconnects with the last event ID': async () => {
        const url = add('/reconnect', (response, _, nth) => {
          response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(`retry: 100\nid: ${nth}\ndata: x\n\n`)
        })
        await everysource([url, '--max', '3']).exits()
        assert.deepEqual(
          log('/reconnect').map((headers) => headers['last-event-id']),
          [undefined, '1', '2'],
        )
      },
      'exits with 0 after a 204': async () => {
        assert.deepEqual(await everysource([`${origin}/over`]).exits(), {
          ...NOTHING,
          code: 0,
          output: 'message: last\n',
        })
      },
      'says that a 204 without a message before it ends the stream': async () => {
        const url = add('/no-content', (response) => {
          response.writeHead(204).end()
        })
        assert.deepEqual(await everysource([url]).exits(), {
          code: 0,
          output: '',
          errors: 'The server responded with status 204 (no content), which tells clients to stop reconnecting.\n',
        })
      },
      '--no-reconnect exits when the stream ends': async () => {
        const outcome = await everysource([`${origin}/drops`, '--no-reconnect', '--data-only']).exits()
        assert.deepEqual({ ...outcome, output: '' }, { ...NOTHING, code: 0 })
      },
      'repeats a POST only with --reconnect': async () => {
        const url = add('/post', (response, _, nth) => {
          response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(`retry: 100\ndata: ${nth}\n\n`)
          if (nth === 2) setTimeout(() => response.destroy(), 50)
          else response.end()
        })
        assert.equal((await everysource([url, '-d', 'x', '--data-only']).exits()).output, '1\n')
        // The second response is interrupted, so it is requested again; the third ends cleanly.
        assert.equal((await everysource([url, '-d', 'x', '--data-only', '--reconnect']).exits()).output, '2\n3\n')
      },
      'fails with an error status and prints the response body': async () => {
        const url = add('/refused', (response) => {
          response.writeHead(503).end('{"error":"try later"}')
        })
        const { code, output, errors } = await everysource([url]).exits()
        assert.deepEqual({ code, output }, { code: 1, output: '' })
        assert.match(errors, /^everysource: The server responded with status 503 \(service unavailable\)\.\n! {3}why: /)
        assert.match(errors, /Response body:\n {2}\{"error":"try later"\}\n$/)
        const raw = await everysource([url, '--raw']).exits()
        assert.equal(raw.output, '{"error":"try later"}')
        assert.doesNotMatch(raw.errors, /try later|Response body/)
      },
      '--retry-status reconnects after that status': async () => {
        const outcome = await everysource([`${origin}/busy`, '--retry-status', '502,503', '--max', '1']).exits()
        assert.deepEqual({ code: outcome.code, output: outcome.output }, { code: 0, output: 'message: here\n' })
        assert.equal(log('/busy').length, 3)
      },
      'reports an unreachable server once and retries': async () => {
        const url = `${await unusedOrigin()}/stream`
        const command = everysource([url])
        await command.complains('fix: Start the server')
        command.child.kill('SIGINT')
        const { code, output, errors } = await command.exits()
        assert.deepEqual({ code, output }, { code: 0, output: '' })
        assert.match(
          errors,
          /^everysource: Nothing is listening on .* \(ECONNREFUSED\)\. Retrying; press Ctrl-C to stop\.\n/,
        )
        assert.equal(errors.match(/ECONNREFUSED/g)?.length, 1)
        assert.equal((await everysource([url, '--no-reconnect']).exits()).code, 1)
      },
      'names a redirect loop and fails': async () => {
        const url = add('/loop', (response) => {
          response.writeHead(301, { Location: '/loop' }).end()
        })
        // With credentials, redirects are followed one by one.
        for (const header of ['X-Other: 1', 'Authorization: Bearer x']) {
          const { code, output, errors } = await everysource([url, '-H', header]).exits()
          assert.deepEqual({ code, output }, { code: 1, output: '' })
          assert.match(errors, /^everysource: .* redirects in a loop\.\n! {3}why: .*\n! {3}fix: .*\n$/)
        }
      },
      'reports a port that fetch blocks': async () => {
        const { code, errors } = await everysource(['http://localhost:9/', '--no-reconnect']).exits()
        assert.equal(code, 1)
        assert.match(errors, /^everysource: fetch blocks port 9, so no request was sent\.\n! {3}why: /)
      },
      '--timeout fails if no message arrives in time': async () => {
        const { code, output, errors } = await everysource([`${origin}/quiet`, '--timeout', '0.3']).exits()
        assert.deepEqual(
          { code, output, errors },
          { code: 1, output: '', errors: 'everysource: No message for 0.3 s\n' },
        )
      },
      'reports invalid usage on standard error and exits with 2': async () => {
        const { code, output, errors } = await everysource([`${origin}/three`, '--jsn']).exits()
        assert.deepEqual({ code, output }, { code: 2, output: '' })
        assert.equal(
          errors,
          'everysource: Unknown option --jsn. Did you mean --json?\nFor help, run: npx everysource --help\n',
        )
        const host = await everysource([`${origin}/three`, '-H', 'Host: a.test', '--timeout', '60']).exits()
        assert.equal(host.code, 2)
        assert.match(host.errors, /^everysource: --header has "Host", which .*\nFor help, run: /)
        const missing = await everysource([`${origin}/echo`, '-d', '@not-there.json']).exits()
        assert.equal(missing.code, 2)
        assert.match(missing.errors, /^everysource: --data: can't read "not-there\.json": no such file\./)
      },
    }
  },
}
