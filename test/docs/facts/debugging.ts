<<<<<<< HEAD
/** Console output and diagnostics subscribers. */
=======
/** Console output and diagnostics channels. */
>>>>>>> 8b79aea0b755c4de6c1330f5b17c4908ef92118e

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
<<<<<<< HEAD
      fact: 'prints the output shown on the page',
=======
      fact: 'prints the documented output',
>>>>>>> 8b79aea0b755c4de6c1330f5b17c4908ef92118e
      on: EVERYWHERE,
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'id: 1\ndata: hello\n\n')
        })
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        const [, expected = ''] =
          /```text\n([^`]*)```/.exec(readFileSync(path('docs/guides/debugging.md'), 'utf8')) ?? []
<<<<<<< HEAD
        // Runtimes break lines differently.
=======
        // Line breaks differ between runtimes.
>>>>>>> 8b79aea0b755c4de6c1330f5b17c4908ef92118e
        expect(compact(program.output.replaceAll(server.origin, API))).toBe(compact(expected))
      },
    },
  ],
  'Print a source (2)': [
    {
<<<<<<< HEAD
      fact: 'is the output of the previous program',
=======
      fact: 'is the output of the program above',
>>>>>>> 8b79aea0b755c4de6c1330f5b17c4908ef92118e
      run: ({ block }) => {
        expect(block.text).toContain('EventSource [OPEN] {')
      },
    },
  ],
  'Trace connections': [
    {
<<<<<<< HEAD
      fact: 'counts open sources',
=======
      fact: 'counts open connections',
>>>>>>> 8b79aea0b755c4de6c1330f5b17c4908ef92118e
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
<<<<<<< HEAD
      fact: 'does not count sources that never opened',
=======
      fact: 'ignores connections that never opened',
>>>>>>> 8b79aea0b755c4de6c1330f5b17c4908ef92118e
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
