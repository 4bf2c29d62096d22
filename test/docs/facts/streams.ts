/** Of loops, and of streams that the caller brings. */

import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import { json, stream } from '../servers.ts'
import { until } from '../program.ts'
import { decoderErrors, loopErrors } from './bad-streams.ts'
import { type Facts } from './fact.ts'

const API = 'https://api.example.com'
const LOOP = '`streamEvents(input, options)`'

/** The code names in the first column of the nth table whose head begins like this. */
function rows(head: string, nth = 0): string[] {
  const [, ...tables] = readFileSync(path('docs/reference/loops.md'), 'utf8').split(new RegExp(`\\n\\| ${head} .*\\n`))
  const lines = tables[nth]?.split('\n') ?? []
  const end = lines.findIndex((line) => !line.startsWith('|'))
  return lines.slice(1, end).map((line) => /`(.*)`/.exec(line.split('|')[1] ?? '')?.[1] ?? '')
}

/** The members that a file declares of an interface. */
function membersOf(file: string, name: string): string[] {
  const source = readFileSync(path(file), 'utf8')
  const from = source.search(new RegExp(`interface ${name}\\b`))
  const body = source.slice(from, source.indexOf('\n}', from))
  return Array.from(body.matchAll(/^ {2}(?:readonly )?(\[[\w.]+\]|\w+)\??[:(]/gm), ([, member = '']) => member)
}

export const STREAMS: Facts = {
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
      fact: 'the tables name all members and options',
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
      fact: 'the page names the options that go with a Response, and no others',
      run: () => {
        const { options } =
          /of the options only (?<options>[^.]*) are allowed/.exec(
            readFileSync(path('docs/reference/loops.md'), 'utf8'),
          )?.groups ?? {}
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
      fact: 'closes it before there is a loop, too',
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
      fact: 'goes on when the connection is cut, and ends with the stream',
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

  [`${LOOP}: What you have fetched yourself`]: [
    {
      fact: 'prints a header, then the events, of one request',
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
      fact: 'throws when it is no event stream',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          json(response, 200, {})
        })
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program.errors).toContain('instead of text/event-stream')
      },
    },
  ],

  [`${LOOP}: One reader`]: [
    {
      fact: 'shows and counts, of one request',
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
    { fact: 'the table is true', run: loopErrors },
    {
      fact: 'prints what the server said',
      run: async (stage) => {
        const server = await stage.serve((response) => response.writeHead(403).end('not you'))
        await stage.run({ [API]: server.origin }).ends({ output: 'status 403 not you\n' })
        expect(server.requests).toHaveLength(1)
      },
    },
  ],

  [`${LOOP}: Types`]: [
    {
      fact: 'is part of a program that is compiled and run',
      run: ({ block }) => {
        expect(readFileSync(path('test/conformance/programs/typed-events.ts'), 'utf8')).toContain(block.text)
      },
    },
  ],

  [`${LOOP}: Why there is no helper for JSON or \`[DONE]\``]: [
    {
      fact: 'prints what is JSON and what is not, and runs to the end',
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
    { fact: 'the table of errors is true', run: decoderErrors },
    {
      fact: 'prints what it decodes',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response)
          response.end(': hello\nretry: 100\ndata: a\n\ndata: unfin')
        })
        await stage.run({ [API]: server.origin }).ends({ output: 'comment hello\nretry 100\na\n' })
      },
    },
    {
      fact: 'throws what a refusal says',
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
      fact: 'reads one body after the other, from the last ID on',
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
