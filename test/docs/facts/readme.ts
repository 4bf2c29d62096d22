/** Of the programs of the README and of docs/guides/install.md. */

import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { startServer } from '../../../demo/server.ts'
import { path } from '../../conformance/bundle.ts'
import { missingBrowser, withPage } from '../../consumers/browser.ts'
import { stream } from '../servers.ts'
import type { Stage } from '../stage.ts'
import { HTML, serve } from './browser.ts'
import { EVERYWHERE_AND_NODE_20, type Fact, type Facts } from './fact.ts'

/** Importing the polyfill defines a global. */
const global: Fact = {
  fact: 'makes EventSource a global',
  on: EVERYWHERE_AND_NODE_20,
  run: async (stage) => {
    const server = await stage.serve((response) => {
      stream(response, 'data: news\n\n')
    })
    const source = `new EventSource('${server.origin}')`
    await stage.run({}, {}, `${source}.onmessage = ({ data }) => console.log(data)`).prints('news\n')
  },
}

const printsMessages: Fact = {
  fact: 'prints the messages',
  on: EVERYWHERE_AND_NODE_20,
  run: async (stage) => {
    const server = await stage.serve((response) => {
      stream(response, 'data: first\n\ndata: second\n\n')
    })
    await stage.run({ 'https://example.org': server.origin }).prints('first\nsecond\n')
  },
}

export const README: Facts = {
  'At the top': [printsMessages],
  'Three ways to use it: In Node, Deno and Bun': [
    {
      fact: 'reports the connection, messages and errors',
      on: EVERYWHERE_AND_NODE_20,
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          if (n > 1) {
            response.writeHead(404).end()
          } else {
            stream(response)
            response.end('retry: 10\nid: 7\ndata: news\n\nevent: error\ndata: overloaded\n\n')
          }
        })
        const program = stage.run({ 'http://localhost:8000': server.origin })
        await program.exits()
        expect(program.output).toMatch(
          /^connected\n7 news\nserver error: overloaded\nreconnecting: .+\nfailed: .* status 404, .*\n$/,
        )
      },
    },
  ],
  'Three ways to use it: With an AI backend': [
    {
      fact: 'prints the whole answer of the chat that `npm start` serves',
      on: EVERYWHERE_AND_NODE_20,
      run: async (stage) => {
        const program = stage.run({ 'http://localhost:8000/': await demo(stage) })
        await program.exits()
        expect(program.errors).toBe('')
        expect(program.output).toMatch(/event stream.*\.$/s)
      },
    },
    {
      fact: 'with a wrong token, prints the error and the body of the response',
      run: async (stage) => {
        const program = stage.run({ 'http://localhost:8000/': await demo(stage), 'demo-token': 'wrong-token' })
        await program.exits()
        expect(program.errors).toMatch(/ was refused: status 401, .*\{"error":.*authentication_error/)
      },
    },
    {
      fact: 'with `reconnect: true`, a dropped answer resumes and is complete',
      run: async (stage) => {
        const origin = await demo(stage)
        const whole = stage.run({ 'http://localhost:8000/': origin })
        await whole.exits()
        const dropped = stage.run({
          'http://localhost:8000/chat': `${origin}chat?drop=5`,
          "method: 'POST',": "method: 'POST', reconnect: true,",
        })
        await dropped.exits()
        expect(dropped.output).toBe(whole.output)
      },
    },
  ],
  'Three ways to use it: In the browser': [printsMessages],
}

/** Of docs/guides/install.md. */
export const INSTALL: Facts = {
  'ES modules': [printsMessages],
  'A shared connection': [printsMessages],
  'A polyfill': [global],
  'A polyfill (2)': [global],
  'A `<script>`': [
    {
      fact: 'prints the messages',
      without: missingBrowser(),
      run: async (stage) => {
        const script = readFileSync(path('dist/everysource-shared.min.js'), 'utf8')
        const page = stage.block.text.replace('/node_modules/everysource/dist/everysource-shared', '/everysource')
        const { server } = await serve(stage, HTML + page, script, (response) => {
          stream(response, 'data: news\n\n')
        })
        await withPage(server.origin, async (page) => {
          await page.waitForEvent('console', (message) => message.text() === 'news')
        })
      },
    },
  ],
}

/** Starts the demo server for the length of the test, and returns its URL. */
async function demo(stage: Stage): Promise<string> {
  const server = await startServer({ second: 100 })
  stage.cleanUp(() => void server.close())
  return server.url
}
