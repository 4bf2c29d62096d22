/** The README's programs. */

import { expect } from 'vitest'
import { startServer } from '../../../demo/server.ts'
import { stream } from '../servers.ts'
import type { Stage } from '../stage.ts'
import { EVERYWHERE_AND_NODE_20, type Fact, type Facts } from './fact.ts'

/** A polyfill import, which defines a global. */
const global: Fact = {
  fact: 'defines a global EventSource',
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

const printsAnswer: Fact = {
  fact: 'prints the complete answer of the chat server started by `npm start`',
  on: EVERYWHERE_AND_NODE_20,
  run: async (stage) => {
    const program = stage.run({ 'http://localhost:8000/': await demo(stage) })
    await program.exits()
    expect(program.errors).toBe('')
    expect(program.output).toMatch(/event stream.*\.$/s)
  },
}

export const README: Facts = {
  'At the top': [printsMessages],
  'At the top (2)': [printsMessages],
  'At the top (4)': [printsMessages],
  'Thirty seconds of code': [
    {
      fact: 'prints the progress',
      on: EVERYWHERE_AND_NODE_20,
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          if (n > 1) {
            response.writeHead(404).end()
          } else {
            stream(response)
            response.end('retry: 10\nid: 7\ndata: news\n\n')
          }
        })
        const program = stage.run({ 'http://localhost:8000': server.origin })
        await program.exits()
        expect(program.output).toMatch(/^connected\n7 news\nlost: .* has ended\nfailed: .* status 404 .*\n$/)
      },
    },
  ],
  'Thirty seconds of code (2)': [
    printsAnswer,
    {
      fact: "prints the server's message for a wrong token",
      run: async (stage) => {
        const program = stage.run({ 'http://localhost:8000/': await demo(stage), 'demo-token': 'wrong-token' })
        await program.exits()
        expect(program.errors).toMatch(/ was refused: .* status 401 .*\{"error":.*authentication_error/)
      },
    },
  ],
  'Thirty seconds of code (3)': [
    printsAnswer,
    {
      fact: 'prints exactly the received part if the stream breaks off',
      run: async (stage) => {
        const origin = await demo(stage)
        const whole = stage.run({ 'http://localhost:8000/': origin })
        await whole.exits()
        const broken = stage.run({ 'http://localhost:8000/chat': `${origin}chat?drop=5` })
        await broken.exits()
        expect(broken.output).toBe(whole.output)
      },
    },
  ],
  'Thirty seconds of code (4)': [global],
  'Thirty seconds of code (5)': [global],
}

/** Starts the demo server until the end of the test and returns its URL. */
async function demo(stage: Stage): Promise<string> {
  const server = await startServer({ second: 100 })
  stage.cleanUp(() => void server.close())
  return server.url
}
