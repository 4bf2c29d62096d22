/** Console output and diagnostics channels. */

import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import { stream } from '../servers.ts'
import { EVERYWHERE, type Facts } from './fact.ts'

const API = 'https://api.example.com'

export const DEBUGGING: Facts = {
  'See the wire': [
    {
      fact: 'shows the headers and the bytes',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'data: hello\n\n')
        })
        await stage.run({ 'http://localhost:8000': server.origin }).prints('\r\n\r\ndata: hello\n\n')
      },
    },
  ],
  'Print a source': [
    {
      fact: 'prints the documented output',
      on: EVERYWHERE,
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'id: 1\ndata: hello\n\n')
        })
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        const [, expected = ''] =
          /```text\n([^`]*)```/.exec(readFileSync(path('docs/guides/debugging.md'), 'utf8')) ?? []
        // Line breaks differ between runtimes.
        expect(compact(program.output.replaceAll(server.origin, API))).toBe(compact(expected))
      },
    },
  ],
  'Print a source (2)': [
    {
      fact: 'is the output of the program above',
      run: ({ block }) => {
        expect(block.text).toContain('EventSource [OPEN] {')
      },
    },
  ],
  'Trace connections': [
    {
      fact: 'counts open connections',
      on: EVERYWHERE,
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          stream(response, 'retry: 100\ndata: x\n\n')
          if (n === 1) response.end()
        })
        const program = stage.run({ [API]: server.origin })
        await program.prints('open: 1\nopen: 0 ended\nopen: 1\n')
        program.kill()
      },
    },
    {
      fact: 'ignores connections that never opened',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          if (n === 2) response.writeHead(204).end()
          else response.destroy()
        })
        await stage.run({ [API]: server.origin }).ends({ output: '' })
      },
    },
  ],
}

function compact(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(', }', ' }').replaceAll('"', "'").trim()
}
