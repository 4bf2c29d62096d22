/** Code blocks of docs/guides/troubleshooting.md. test/docs/symptoms reproduces the symptoms. */

import { existsSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import { json, stream } from '../servers.ts'
import type { Stage } from '../stage.ts'
import type { Fact, Facts } from './fact.ts'

const LOCAL = 'http://localhost:8000'

/** A line of server code: the text that a client then receives. */
function sends(expected: string, given: { text?: string; begins?: boolean } = {}): Fact {
  const { text = '', begins = true } = given
  return {
    fact: `sends ${JSON.stringify(expected)}`,
    run: async (stage) => {
      const write = new Function('response', 'text', stage.block.text) as (to: ServerResponse, text: string) => void
      const server = await stage.serve((response) => {
        if (begins) stream(response)
        write(response, text)
        response.end()
      })
      const response = await fetch(server.origin)
      expect(response.headers.get('content-type')).toBe('text/event-stream')
      expect(await response.text()).toBe(expected)
    },
  }
}

/** Runs the block's command with the built CLI. */
function follows(printed: string): Fact {
  const { bin } = JSON.parse(readFileSync(path('package.json'), 'utf8')) as { bin?: Record<string, string> }
  const file = path(bin?.everysource ?? 'dist/cli.js')
  return {
    fact: 'runs, and prints the stream',
    without: existsSync(file) ? undefined : 'the command is not built',
    run: async (stage) => {
      const server = await stage.serve((response) => {
        stream(response, 'id: 7\ndata: hello\n\n')
      })
      const command = `'${process.execPath}' '${file}'`
      const program = stage.run({ 'npx everysource': command, [LOCAL]: server.origin })
      await program.prints(printed)
    },
  }
}

async function curls(stage: Stage, expected: string): Promise<void> {
  const server = await stage.serve((response, { method, headers }) => {
    if (method !== 'OPTIONS') {
      stream(response, 'data: hello\n\n')
      return
    }
    response.setHeader('Access-Control-Allow-Headers', headers['access-control-request-headers'] ?? '')
    response.writeHead(204).end()
  })
  await stage.run({ [LOCAL]: server.origin }).prints(expected)
}

export const TROUBLESHOOTING: Facts = {
  Diagnose: [
    {
      fact: 'shows the headers and the bytes',
      run: async (stage) => {
        await curls(stage, '\r\n\r\ndata: hello\n\n')
      },
    },
  ],
  'Diagnose (2)': [follows('hello')],
  'Diagnose (3)': [follows('http://')],
  'Diagnose (4)': [
    {
      fact: 'prints whether it reconnects, and the body of a refused response',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          if (n > 1) json(response, 500, 'out of order')
          else {
            stream(response)
            response.end('retry: 100\n\n')
          }
        })
        const program = stage.run({ [LOCAL]: server.origin })
        await program.exits()
        expect(program.errors).toMatch(
          /^The .* has ended It reconnects\.\nThe .* 500.* It has failed\. "out of order"\n$/,
        )
      },
    },
  ],
  'No messages arrive': [sends('data: {"hello":"world"}\n\n')],
  '`open` fires only with the first message': [sends(':\n\n')],
  'Lines are missing, or characters are wrong': [
    sends('data: one\ndata: two\n\n', { text: 'one\ntwo' }),
    sends('data: \ndata: two\n\n', { text: '\ntwo' }),
    sends('data: one\ndata: two\ndata: \u2028\n\n', { text: 'one\r\ntwo\r\u2028' }),
  ],
  'Cannot read properties of undefined in `onerror`': [
    {
      fact: 'prints the error that the server sent',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'event: error\ndata: overloaded\n\n')
        })
        const start = `import { EventSource } from 'everysource'\nconst source = new EventSource('${server.origin}')\n`
        const program = stage.runFile('app.js', start + stage.block.text)
        await program.complains('The server reports: overloaded\n')
      },
    },
  ],
  'The response has a MIME type that is not "text/event-stream"': [sends('', { begins: false })],
  'Blocked by CORS policy': [
    {
      fact: 'shows the allowed headers',
      run: (stage) => curls(stage, 'Access-Control-Allow-Headers: last-event-id'),
    },
  ],
}
