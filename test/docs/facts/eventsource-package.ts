/** Code blocks and tables of docs/migration/eventsource.md. */

import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { DIFFERENCES } from '../../compat/differences.ts'
import { path } from '../../conformance/bundle.ts'
import { stream } from '../servers.ts'
import { type Fact, type Facts } from './fact.ts'

const API = 'https://api.example.com'
const PAGE = 'docs/migration/eventsource.md'

function sendsToken(fact: string): Fact {
  return {
    fact,
    run: async (stage) => {
      const server = await stage.serve((response) => {
        stream(response, 'event: notice\ndata: a notice\n\ndata: a message\n\n')
      })
      await stage.run({ [API]: server.origin }).prints('a ')
      expect(server.requests[0]?.headers.authorization).toBe('Bearer myToken')
    },
  }
}

export const EVENTSOURCE_PACKAGE: Facts = {
  'At the top': [
    sendsToken('sends the token, and prints the named event'),
    {
      fact: 'reports a 401',
      run: async (stage) => {
        const server = await stage.serve((response) => response.writeHead(401).end())
        await stage.run({ [API]: server.origin }).ends({ output: 'not authorized\n' })
        expect(server.requests).toHaveLength(1)
      },
    },
    {
      fact: 'does the same with the original package',
      run: async (stage) => {
        const server = await stage.serve((response) => response.writeHead(403).end())
        const original = JSON.stringify(path('node_modules/eventsource/dist/index.js'))
        await stage.run({ [API]: server.origin, "'everysource'": original }).ends({ output: 'not authorized\n' })
      },
    },
    {
      fact: 'the rows of the table of differences are the tests of test/compat',
      run: () => {
        const lines = readFileSync(path(PAGE), 'utf8').split('\n')
        const first = lines.findIndex((line) => line.startsWith('| everysource ')) + 2
        const rows = lines.slice(first, lines.indexOf('', first)).map((line) => line.split('|')[1]?.trim())
        expect(rows).toEqual(DIFFERENCES.map(({ name }) => name))
      },
    },
  ],
  'In a dependency': [
    {
      fact: 'is a valid npm override whose range includes this version (test/consumers/projects/overrides installs one)',
      run: ({ block }) => {
        const { overrides } = JSON.parse(block.text) as { overrides: Record<string, string> }
        const { version } = JSON.parse(readFileSync(path('package.json'), 'utf8')) as { version: string }
        expect(overrides).toEqual({ eventsource: `npm:everysource@^${version}` })
      },
    },
  ],
  'What differs': [sendsToken('sends the token')],
}
