/** Code blocks of docs/reference/options.md. */

import { expect } from 'vitest'
import { nextDelay, type Policy, readPolicy, DEFAULT_POLICY } from '../../../src/connection/reconnect.ts'
import { stream } from '../servers.ts'
import { type Facts } from './fact.ts'

const API = 'https://api.example.com'

type Wait = (
  n: number,
  reconnectionTime: number,
  policy: Pick<Policy, 'factor' | 'maxDelay'> & { jitter: number | undefined },
) => number

export const OPTIONS: Facts = {
  'At the top': [
    {
      fact: 'sends the body with each attempt, and gives up after five in a row without a message',
      run: async (stage) => {
        let cut = (): void => undefined
        const server = await stage.serve((response, _, n) => {
          response.setHeader('X-Request-ID', `request-${n}`)
          stream(response, n === 1 ? 'retry: 100\nid: a\ndata: message\n\n' : '')
          // A clean end would complete the answer.
          if (n > 1) response.socket?.end()
          else cut = () => response.destroy()
        })
        const program = stage.run({ [API]: server.origin })
        await program.prints('a message\n')
        cut()
        await program.exits()
        const [opened, message, lost, ...rest] = program.output.split('\n')
        expect([opened, message]).toEqual(['open request-1', 'a message'])
        expect(lost).toMatch(/^lost .* was interrupted/)
        expect(rest.filter((line) => line.startsWith('lost'))).toHaveLength(4)
        expect(rest.at(-2)).toMatch(/^failed .* was interrupted/)
        expect(server.requests.map(({ method, body }) => `${method} ${body}`)).toEqual(
          Array<string>(6).fill('POST q=everything'),
        )
        expect(server.requests[5]?.headers).toMatchObject({
          authorization: 'Bearer my-token',
          'content-type': expect.stringContaining('application/x-www-form-urlencoded') as string,
          'last-event-id': 'a',
        })
      },
    },
  ],

  'Options: `onRefused`': [
    {
      fact: 'prints the whole body of a refused response, even if it is long and slow',
      run: async (stage) => {
        const text = 'x'.repeat(100_000)
        const server = await stage.serve((response) => {
          response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' })
          response.write(`["${text}"`)
          setTimeout(() => response.end(']'), 400)
        })
        const program = stage.run({
          [API]: server.origin,
          'console.log(await': 'console.log(JSON.stringify(await',
          'json())': 'json()))',
        })
        await program.ends({ output: `["${text}"]\n` })
      },
    },
  ],

  Reconnecting: [
    {
      fact: 'the defaults are those of the code',
      run: ({ block }) => {
        expect(readPolicy(evaluated(block.text, 'reconnect'), false)).toEqual({
          ...DEFAULT_POLICY,
          firstJitter: DEFAULT_POLICY.jitter,
        })
      },
    },
  ],

  'Reconnecting: How long it waits': [
    {
      fact: 'the formula computes the same waits as the code',
      run: ({ block }) => {
        for (const random of [0, 0.5, 1]) {
          const wait = evaluated(block.text, 'wait', random) as Wait
          for (const attemptsWithoutMessage of [0, 1, 2, 3, 7, 30]) {
            for (const reconnectionTime of [0, 99, 3_000, 40_000]) {
              for (const given of [{}, { jitter: 0.5 }, { factor: 1, jitter: 0, maxDelay: 10 }]) {
                const circumstances = { attemptsWithoutMessage, reconnectionTime, random }
                const policy = readPolicy(given, true)
                const ours = nextDelay(policy, { reason: 'network' }, circumstances)
                const { factor, maxDelay } = policy
                const formula = { jitter: undefined, ...given, factor, maxDelay }
                expect(wait(attemptsWithoutMessage, reconnectionTime, formula)).toBe(ours)
              }
            }
          }
        }
      },
    },
  ],

  'Reconnecting: Stop reconnecting: 204, `close()`, `shouldReconnect`': [
    {
      fact: 'retries after 503, and stops at the end of the stream',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          if (n === 1) return response.writeHead(503, { 'Retry-After': '0' }).end()
          stream(response)
          return response.end('data: message\n\n')
        })
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program.output).toMatch(/^retrying: .* 503, .*\nmessage\nstopped: .* has ended\n$/)
      },
    },
    {
      fact: 'stops at a 204',
      run: async (stage) => {
        const server = await stage.serve((response) => response.writeHead(204).end())
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program.output).toMatch(/^stopped: .* 204/)
        expect(server.requests).toHaveLength(1)
      },
    },
  ],

  'Reconnecting: `reconnect()`': [
    {
      fact: 'reconnects on SIGHUP, without an error',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          stream(response, `retry: 60000\nid: ${n}\ndata: message ${n}\n\n`)
        })
        const program = stage.run({ [API]: server.origin })
        await program.prints('message 1\n')
        program.hangUp()
        await program.prints('message 2\n')
        expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1'])
      },
    },
  ],

  Errors: [
    {
      fact: 'prints the reason, the delay and the status',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          if (n === 1) {
            stream(response)
            response.end('retry: 100\ndata: message\n\n')
          } else {
            response.writeHead(404).end('no such thing')
          }
        })
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program.output).toMatch(/^ended, again in 1\d\d ms\n404: no such thing\n$/)
      },
    },
    {
      fact: 'recognizes a ConnectionError',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          response.writeHead(200, { 'Content-Type': 'text/plain' }).end()
        })
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program.output).toMatch(/^true The event stream at .* "text\/plain"/)
      },
    },
    {
      fact: 'prints the error that the server sent, then the lost connection',
      run: async (stage) => {
        const server = await stage.serve((response, _, n) => {
          if (n > 1) return response.writeHead(204).end()
          stream(response)
          return response.end('retry: 100\nevent: error\ndata: overloaded\n\n')
        })
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program.output).toMatch(/^the server reports overloaded\nended, again in 1\d\d ms\n204: /)
      },
    },
  ],

  'Errors: Errors that the server sends': [
    {
      fact: 'prints the error that the server sent, and closes',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response, 'event: error\ndata: overloaded\n\n')
        })
        await stage.run({ [API]: server.origin }).ends({ errors: 'the server reports overloaded\n' })
      },
    },
    {
      fact: 'prints the message of a failure',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          response.writeHead(404).end()
        })
        const program = stage.run({ [API]: server.origin })
        await program.exits()
        expect(program.errors).toMatch(/^The event stream at .* 404/)
      },
    },
  ],
}

/** The value of a name that a block defines, with `Math.random()` returning `random`. */
function evaluated(text: string, name: string, random = 0): unknown {
  const fixedMath: unknown = Object.create(Math, { random: { value: () => random } })
  const evaluate = new Function('Math', `${text}\nreturn ${name}`) as (math: unknown) => unknown
  return evaluate(fixedMath)
}
