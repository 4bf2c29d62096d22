/** Code blocks and tables of docs/migration/fetch-event-source.md. */

import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import { FIXES } from '../../drop-in/programs.ts'
import { CHECKS } from '../../drop-in/visibility.ts'
import { json, stream } from '../servers.ts'
import { NODE_24, type Fact, type Facts } from './fact.ts'

const API = 'https://api.example.com'

function piece(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
}

const ANSWER = `${piece('Hel')}${piece('lo')}data: [DONE]\n\n`

/** The first column of the first table with this head. */
function rows(head: string): string[] {
  const lines = readFileSync(path('docs/migration/fetch-event-source.md'), 'utf8').split('\n')
  const first = lines.findIndex((line) => new RegExp(`^\\| ${head} +\\|`).test(line)) + 2
  const end = lines.findIndex((line, i) => i >= first && !line.startsWith('|'))
  return lines.slice(first, end).map((line) => line.split('|')[1]?.trim().replaceAll('`', '') ?? '')
}

/** The options in the original's declaration. */
function originalMembers(): string[] {
  const source = readFileSync(path('node_modules/@microsoft/fetch-event-source/lib/cjs/fetch.d.ts'), 'utf8')
  return Array.from(source.matchAll(/^ {4}(\w+)\?:/gm), ([, name = '']) => name)
}

/** For both programs of the comparison. */
const CHAT: Fact[] = [
  {
    fact: 'prints the answer, and exits',
    run: async (stage) => {
      const server = await stage.serve((response) => {
        stream(response, ANSWER)
        response.end()
      })
      await stage.run({ [API]: server.origin }).ends({ output: 'Hello' })
      expect(server.requests).toHaveLength(1)
      expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ messages: [{ content: 'Say hello' }] })
    },
  },
  {
    fact: 'prints the reason of a refusal',
    run: async (stage) => {
      const server = await stage.serve((response) => {
        json(response, 401, { error: { message: 'Wrong key' } })
      })
      await stage.run({ [API]: server.origin }).ends({ errors: 'Wrong key\n' })
      expect(server.requests).toHaveLength(1)
    },
  },
  {
    fact: 'prints the status of a refusal that is not JSON',
    run: async (stage) => {
      const server = await stage.serve((response) => response.writeHead(502).end('<h1>Bad Gateway</h1>'))
      const program = stage.run({ [API]: server.origin })
      await program.exits()
      expect(program.errors).toContain('status 502')
      expect(program.errors).not.toContain('SyntaxError')
    },
  },
]

export const FETCH_EVENT_SOURCE: Facts = {
  'At the top': [
    {
      fact: 'prints the answer after two failures, and exits',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          if (n < 3) response.writeHead(n === 1 ? 503 : 429).end()
          else {
            stream(response)
            response.end(ANSWER)
          }
        })
        const program = stage.run({ [API]: server.origin }, { API_KEY: 'test-key' })
        await program.ends({ output: 'Hello', errors: 'status 503\nstatus 429\n' })
        expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('Bearer test-key'))
      },
    },
    {
      fact: 'rejects with a fatal error',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          json(response, 401, { error: { message: 'Wrong key' } })
        })
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program.errors).toContain('FatalError: status 401: {"error":{"message":"Wrong key"}}')
        expect(server.requests).toHaveLength(1)
      },
    },
    {
      fact: 'does the same with the original',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response)
          response.end(ANSWER)
        })
        const original = JSON.stringify(path('node_modules/@microsoft/fetch-event-source/lib/cjs/index.js'))
        const standIns = 'Object.assign(globalThis, { window: globalThis, document: new EventTarget() })\n'
        const program = stage.run({
          [API]: server.origin,
          "'everysource/fetch-event-source'": original,
          'class RetriableError': `${standIns}class RetriableError`,
        })
        await program.ends({ output: 'Hello' })
      },
    },
    {
      fact: 'the table of options lists every option of the original',
      run: () => {
        expect(originalMembers().length).toBeGreaterThan(5)
        expect(rows('option').sort()).toEqual(originalMembers().sort())
      },
    },
    {
      fact: 'the rows of the table of fixes are the tests of test/drop-in',
      run: () => {
        const tested = [...FIXES, ...CHECKS.filter(({ isFix }) => isFix)].map(({ name }) => name)
        expect(rows('everysource/fetch-event-source')).toEqual(tested)
      },
    },
  ],

  'Refresh a token': [
    {
      fact: 'fetches a new token for each attempt',
      run: async (stage) => {
        let issued = 0
        const server = await stage.serve((response, { url, headers }) => {
          if (url === '/token') response.end(String(++issued))
          else if (headers.authorization !== 'Bearer 2') response.writeHead(401).end()
          else {
            stream(response)
            response.end('data: here\n\n')
          }
        })
        await stage.run({ [API]: server.origin }).ends({ output: 'here\n' })
        expect(server.requests.map(({ url }) => url)).toEqual(['/token', '/events', '/token', '/events'])
      },
    },
  ],

  TypeScript: [
    {
      fact: 'calls the given callbacks',
      on: [NODE_24],
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response)
          response.end('data: here\n\n')
        })
        await stage.run({ [API]: server.origin }).ends({ output: '200\nhere\n' })
      },
    },
    {
      fact: 'compiles in strict mode',
      run: async (stage) => {
        await stage.compiles()
      },
    },
  ],

  'When to use streamEvents instead': CHAT,
  'When to use streamEvents instead (2)': CHAT,
}
