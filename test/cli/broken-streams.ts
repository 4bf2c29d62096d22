/** Diagnoses of broken servers. */

import assert from 'node:assert/strict'
import { everysource } from './command.ts'
import type { Part } from './part.ts'

/** Paths of the server, and parts of their diagnoses: the symptom and the fix. */
const BROKEN: Record<string, string[]> = {
  '/json-lines': [
    '2 lines of JSON without "data:" before them: “{"token":"Hel"}”',
    "res.write('data: ' + JSON.stringify(object)",
  ],
  '/unframed': ['2 lines that are not part of any event: “Hello”', "'data: ' + line"],
  '/one-line-feed': ['2 lines of data, but no blank line after them', String.raw`res.write('data: hello\n\n')`],
  '/backslash': [
    'contained a backslash and the letter n instead of a line feed',
    String.raw`res.write('data: hello\n\n')`,
  ],
  '/capitals': ['had a misspelled field name: “Data: hello”', 'in lower case'],
  '/utf-16': ['The stream looks like UTF-16', 'Make the server write UTF-8'],
  '/compressed': ['has sent nothing for', 'the compression (Content-Encoding: gzip)', 'X-Accel-Buffering'],
  '/quiet': ['has sent nothing for', 'Send a comment at once and every 15 seconds'],
  '/hangs': ['No response after', "res.writeHead(200, { 'Content-Type': 'text/event-stream' })"],
}

/** Streams that fail at once, which are diagnosed without --verbose too. */
const REFUSED: Record<string, string[]> = {
  '/page': ['The server sent a web page (“My shop”) instead of an event stream.', 'order of the routes'],
  '/json': ['The server sent JSON (application/json)', '"stream": true'],
  '/nowhere': ['The server responded with status 404 (not found).', 'The server has no route for “/nowhere”.'],
}

/** Streams whose messages can never arrive. */
const HINTED = ['/json-lines', '/unframed', '/one-line-feed', '/backslash', '/capitals', '/utf-16']

/** Statuses, and the options that may help. */
const REMEDIES: [status: number, option: string][] = [
  [401, "-H 'Authorization: Bearer <token>'"],
  [405, "-X POST -d '<body>'"],
  [406, "-H 'Accept: application/json, text/event-stream'"],
  [415, "-H 'Content-Type: application/json'"],
  ...[429, 500, 502, 503, 504].map((status): [number, string] => [status, `--retry-status ${status}`]),
]

export const broken: Part = {
  name: 'broken',
  checks: ({ origin, add }) => ({
    ...Object.fromEntries(
      Object.entries(BROKEN).map(([path, words]) => [
        `diagnoses ${path} with --verbose`,
        async () => {
          const command = everysource([`${origin}${path}`, '--verbose'])
          for (const text of words) await command.complains(text)
          command.child.kill('SIGINT')
          const { output, errors } = await command.exits()
          assert.equal(output, '')
          assert.match(errors, /^! (?:error|warning): .*\n! {3}why: .*\n! {3}fix: .*\n/m)
        },
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(REFUSED).map(([path, words]) => [
        `diagnoses ${path}`,
        async () => {
          const { code, output, errors } = await everysource([`${origin}${path}`]).exits()
          assert.deepEqual({ code, output }, { code: 1, output: '' })
          for (const text of words) assert.ok(errors.includes(text), `${text} is not in ${errors}`)
        },
      ]),
    ),
    ...Object.fromEntries(
      HINTED.map((path) => [
        `says in one line why no message of ${path} can arrive`,
        async () => {
          const command = everysource([`${origin}${path}`])
          const [, fix = ''] = BROKEN[path] ?? []
          await command.complains('For details, use --verbose.\n')
          command.child.kill('SIGINT')
          const { errors } = await command.exits()
          assert.match(errors, /^everysource: .*\. .*\. For details, use --verbose\.\nStopped after 0 messages\..*\n$/)
          const verbose = everysource([`${origin}${path}`, '-v'])
          await verbose.complains(fix)
          verbose.child.kill('SIGINT')
          const hint = errors.slice('everysource: '.length, errors.indexOf(' For details'))
          const [, seen = '', advice = ''] =
            /^! error: (.*)\n.*\n! {3}fix: (.*)\n/m.exec((await verbose.exits()).errors) ?? []
          assert.ok([`${seen} ${advice}`, `${seen}. ${advice}`].includes(hint), hint)
        },
      ]),
    ),
    'says nothing about a stream that has messages and faults': async () => {
      const url = add('/mixed', (response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('data: a\n\nData: b\n\n')
      })
      const { output, errors } = await everysource([url, '--no-reconnect']).exits()
      assert.deepEqual({ output, errors }, { output: 'message: a\n', errors: '' })
    },
    'says why a stream that has ended had no message': async () => {
      const { output, errors } = await everysource([`${origin}/ended-json-lines`, '-d', 'x']).exits()
      assert.equal(output, '')
      assert.match(errors, /^everysource: Received 2 lines of JSON without "data:".*\n$/)
    },
    'says the symptom of a refused response once, and then the option that may help': async () => {
      for (const [status, option] of REMEDIES) {
        const url = add(`/status-${status}`, (response) => {
          response.writeHead(status).end()
        })
        const { errors } = await everysource([url]).exits()
        assert.equal(errors.match(new RegExp(`with status ${status}`, 'g'))?.length, 1, errors)
        assert.ok(errors.endsWith(`!   try: ${option}\n`), errors)
      }
    },
    'does not advise options that are already given': async () => {
      const url = add('/status-always-503', (response) => {
        response.writeHead(503, { 'Retry-After': '0' }).end()
      })
      const { errors } = await everysource([url, '--retry-status', '503', '--timeout', '1']).exits()
      assert.match(errors, /with status 503 .*\n! {3}why: .*\n! {3}fix: Is it starting or overloaded\?\n$/)
      for (const [status, option] of REMEDIES.filter(([, option]) => option.startsWith('-H'))) {
        const refused = add(`/status-${status}-again`, (response) => {
          response.writeHead(status).end()
        })
        const { errors } = await everysource([refused, '-H', option.slice(4, -1).replace('<token>', 'x')]).exits()
        assert.ok(errors.includes(`with status ${status}`), errors)
        assert.doesNotMatch(errors, /try:/)
      }
    },
    'diagnoses a server that ends the response after each message with --verbose': async () => {
      const url = add('/polled', (response, _, nth) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(`retry: 100\ndata: ${nth}\n\n`)
      })
      const { errors } = await everysource([url, '--verbose', '--max', '4']).exits()
      for (const text of [
        'closes the response after each event: 3 times in a row',
        '(retry: 100)',
        'the stream sent no event IDs',
      ]) {
        assert.ok(errors.includes(text), `${text} is not in ${errors}`)
      }
    },
    'reports no problems for a healthy stream': async () => {
      const command = everysource([`${origin}/three`, '--verbose', '--max', '3'])
      const { errors } = await command.exits()
      assert.doesNotMatch(errors, /^!/m)
    },
  }),
}
