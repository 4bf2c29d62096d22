/** Code blocks of docs/reference/loops.md. */

import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import { json, stream } from '../servers.ts'
import { until } from '../program.ts'
import { decoderErrors, loopErrors } from './bad-streams.ts'
import { type Facts } from './fact.ts'

const API = 'https://api.example.com'
const LOOP = '`streamEvents(input, options)`'

/** The names in the first column of the nth table with this head. */
function rows(head: string, nth = 0): string[] {
  const [, ...tables] = readFileSync(path('docs/reference/loops.md'), 'utf8').split(new RegExp(`\\n\\| ${head} .*\\n`))
  const lines = tables[nth]?.split('\n') ?? []
  const end = lines.findIndex((line) => !line.startsWith('|'))
  return lines.slice(1, end).map((line) => /`(.*)`/.exec(line.split('|')[1] ?? '')?.[1] ?? '')
}

/** The members of an interface. */
function membersOf(file: string, name: string): string[] {
  const source = readFileSync(path(file), 'utf8')
  const from = source.search(new RegExp(`interface ${name}\\b`))
  const body = source.slice(from, source.indexOf('\n}', from))
  return Array.from(body.matchAll(/^ {2}(?:readonly )?(\[[\w.]+\]|\w+)\??[:(]/gm), ([, member = '']) => member)
}

export const LOOPS: Facts = {
  'At the top': [
    {
      fact: 'prints the events, and ends with the stream',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response)
          response.end('data: a\n\nevent: x\ndata: b\n\ndata: unfin')
        })
        await stage.run({ [API]: server.origin }).ends({ output: 'message a\nx b\n' })
        expect(server.requests).toHaveLength(1)
      },
    },
    {
      fact: 'the tables list all members and options',
      run: () => {
        const named = [rows('member'), rows('member', 1), rows('option')]
        const declared = [
          membersOf('src/event-stream/interface.ts', 'EventStreamOf'),
          membersOf('src/decoder/stream-event.ts', 'StreamEvent'),
          membersOf('src/decoder/event-decoder-stream.ts', 'EventDecoderStreamInit'),
        ]
        for (const members of declared) expect(members.length).toBeGreaterThan(2)
        expect(named.map((names) => names.sort())).toEqual(declared.map((names) => names.sort()))
      },
    },
    {
      fact: 'the page lists exactly the options that are allowed with a Response',
      run: () => {
        const { options } =
          /only these options apply: (?<options>[^.]*)\./.exec(readFileSync(path('docs/reference/loops.md'), 'utf8'))
            ?.groups ?? {}
        const { declared } =
          /type GivenMember =(?<declared>[^/]*)/.exec(readFileSync(path('src/event-stream/interface.ts'), 'utf8'))
            ?.groups ?? {}
        const names = (text = ''): string[] => text.match(/\b[a-z]\w+[A-Z]?\w*(?=[`'])/g) ?? []
        expect(names(options)).toHaveLength(6)
        expect(names(options).sort()).toEqual(names(declared).sort())
      },
    },
  ],

  [`${LOOP}: When a loop ends`]: [
    {
      fact: 'prints the first event and closes the connection',
      on: [{ runtime: 'node24' }, { runtime: 'deno' }, { runtime: 'bun' }],
      run: async (stage) => {
        let closed = 0
        const server = await stage.serve((response) => {
          response.on('close', () => closed++).setHeader('Content-Language', 'en')
          stream(response, 'data: a\n\ndata: b\n\n')
        })
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program.output).toMatch(/type: ['"]message['"],\s+data: ['"]a['"]/)
        await until(() => {
          expect([closed, server.requests.length]).toEqual([1, 1])
        })
      },
    },
    {
      fact: 'closes the connection even if no loop has started',
      on: [{ runtime: 'node24' }, { runtime: 'deno' }, { runtime: 'bun' }],
      run: async (stage) => {
        const server = await stage.serve((response) => {
          response.setHeader('Content-Language', 'fr')
          stream(response, 'data: a\n\n')
        })
        await stage.run({ [API]: server.origin }).ends({ output: 'undefined\n' })
      },
    },
  ],

  [`${LOOP}: Reconnecting`]: [
    {
      fact: 'resumes after a cut connection, and ends with the stream',
      run: async (stage) => {
        let cut = (): void => undefined
        const server = await stage.serve((response, _, n) => {
          if (n === 1) {
            stream(response, 'retry: 100\nid: 1\ndata: a\n\n')
            cut = () => response.destroy()
          } else {
            stream(response)
            response.end('id: 2\ndata: b\n\n')
          }
        })
        const program = stage.run({ [API]: server.origin })
        await program.prints('1 a\n')
        cut()
        await program.ends({ output: '1 a\n2 b\n' })
        expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1'])
      },
    },
  ],

  [`${LOOP}: Read a Response or a stream`]: [
    {
      fact: 'prints a header, then the events, with one request',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          response.setHeader('X-Request-ID', 'request-1')
          stream(response)
          response.end('data: a\n\n')
        })
        await stage.run({ [API]: server.origin }).ends({ output: 'request-1\na\n' })
        expect(server.requests).toHaveLength(1)
      },
    },
    {
      fact: 'throws if the response is not an event stream',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          json(response, 200, {})
        })
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program.errors).toContain('expected text/event-stream')
      },
    },
  ],

  [`${LOOP}: One reader`]: [
    {
      fact: 'prints and counts the events, with one request',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'data: a\n\n')
          response.end('data: b\n\n')
        })
        await stage.run({ [API]: server.origin }).ends({ output: 'a\nb\n2 events\n' })
        expect(server.requests).toHaveLength(1)
      },
    },
  ],

  [`${LOOP}: Errors`]: [
    { fact: 'every row of the table holds', run: loopErrors },
    {
      fact: 'prints the status and the body of a refused response',
      run: async (stage) => {
        const server = await stage.serve((response) => response.writeHead(403).end('not you'))
        await stage.run({ [API]: server.origin }).ends({ output: 'status 403 not you\n' })
        expect(server.requests).toHaveLength(1)
      },
    },
  ],

  [`${LOOP}: Types`]: [
    {
      fact: 'is part of a program that is compiled and run in the tests',
      run: ({ block }) => {
        expect(readFileSync(path('test/conformance/programs/typed-events.ts'), 'utf8')).toContain(block.text)
      },
    },
  ],

  [`${LOOP}: Parse JSON, stop at \`[DONE]\``]: [
    {
      fact: 'prints parsed JSON, reports invalid JSON, and reads to the end',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'data: "a"\n\ndata: {\n\ndata: [DONE]\n\n')
          response.end()
        })
        await stage.run({ [API]: server.origin }).ends({ output: 'a\nnot JSON: {\n' })
        expect(server.requests.map(({ method }) => method)).toEqual(['POST'])
      },
    },
  ],

  '`new EventDecoderStream(options)`': [
    { fact: 'every row of the table of errors holds', run: decoderErrors },
    {
      fact: 'prints comments, retries and events',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response)
          response.end(': hello\nretry: 100\ndata: a\n\ndata: unfin')
        })
        await stage.run({ [API]: server.origin }).ends({ output: 'comment hello\nretry 100\na\n' })
      },
    },
    {
      fact: 'throws the text of a refused response',
      run: async (stage) => {
        const server = await stage.serve((response) => response.writeHead(403).end('not you'))
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program.errors).toContain('Error: not you')
      },
    },
  ],

  '`EventSource.fromReadableStream(stream)`': [
    {
      fact: 'reads one body after the other, each from the last event ID',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          stream(response)
          response.end(`id: ${n}\ndata: page ${n}\n\ndata: unfin`)
        })
        await stage.run({ [API]: server.origin }).ends({ output: '1 page 1\n2 page 2\nover\n' })
        expect(server.requests.map(({ url, headers }) => [url, headers['last-event-id']])).toEqual([
          ['/events?page=1', undefined],
          ['/events?page=2', '1'],
        ])
      },
    },
  ],
}
