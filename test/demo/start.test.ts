/** `demo/main.ts` as a program: the tour, its arguments, its end. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, test, vi, type TestContext } from 'vitest'
import { root } from '../install.mjs'

/** When to stop waiting for a tour, in ms. */
const LONGEST_TOUR = 180_000

interface Program {
  child: ChildProcess
  stdout: () => string
  stderr: () => string
  /** The exit code, or the signal that ended it. */
  ended: Promise<unknown>
}

function start(context: TestContext, args: string[], environment: Record<string, string> = {}): Program {
  const env: NodeJS.ProcessEnv = { ...process.env, PORT: '0', ...environment }
  // Whoever runs the tests may want colours, but here the output goes to a pipe.
  delete env.FORCE_COLOR
  const child = spawn(process.execPath, ['demo/main.ts', ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  context.onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => code ?? signal)
  return { child, stdout: () => stdout, stderr: () => stderr, ended }
}

/** Waits for the text in what the program prints. */
function printed(program: Program, text: string): Promise<void> {
  return vi.waitFor(
    () => {
      expect(program.stdout() + program.stderr()).toContain(text)
    },
    { timeout: LONGEST_TOUR, interval: 20 },
  )
}

/** A port that somebody else has. */
async function takePort(context: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  context.onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** The lines of one stream, without its path. */
function linesOf(output: string, path: string): string[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith(`  ${path} `))
    .map((line) =>
      line
        .slice(path.length + 2)
        .trim()
        .replace(/ {2,}/, ': '),
    )
}

describe.concurrent('the tour', { timeout: 2 * LONGEST_TOUR }, () => {
  test('with --once, shows each stream and ends by itself', async (context) => {
    const program = start(context, ['--once'])
    expect(await program.ended).toBe(0)
    expect(program.stderr()).toBe('')

    const output = program.stdout()
    // eslint-disable-next-line no-control-regex -- colours begin with one
    expect(output).not.toMatch(/\x1b/)
    const [, url] = /listens at (http:\/\/127\.0\.0\.1:\d+\/)/.exec(output) ?? []
    // On a busy machine the server may come to the middle of part 7 before it hears of the close.
    const drop = linesOf(output, '/drop').filter((line) => !line.endsWith('in the middle of part 7'))
    expect(drop).toEqual([
      `CONNECTING: to ${url}drop`,
      'server: a request without Last-Event-ID',
      'OPEN',
      ...[1, 2, 3].map((number) => `message: part ${number} (id ${number})`),
      'server: breaks the connection off in the middle of part 4',
      'server: the connection is closed, its timer stopped',
      expect.stringMatching(/^error: The event stream at .* was interrupted/),
      expect.stringMatching(/^CONNECTING: again, in \d+ ms$/),
      'server: a request with Last-Event-ID: 3',
      'OPEN',
      ...[4, 5, 6].map((number) => `message: part ${number} (id ${number})`),
      'CLOSED: by the client',
      'server: the connection is closed, its timer stopped',
    ])
    expect(linesOf(output, '/article').slice(-3)).toEqual([
      expect.stringMatching(/message: Hello there\.$/),
      'end: That is all',
      'CLOSED: by the client, at the event "end"',
    ])
    expect(linesOf(output, '/stream').slice(-2)).toEqual([
      'CLOSED: by the client, after 10 s',
      'server: the connection is closed, its timer stopped',
    ])
    expect(linesOf(output, '/people')).toEqual([
      `CONNECTING: to ${url}people`,
      'OPEN',
      'name: Ada',
      'age: 36',
      'CLOSED: by the client',
    ])
    expect(linesOf(output, '/events/unframed').map((line) => line.split(':')[0])).toEqual([
      'CONNECTING',
      'OPEN',
      'OPEN',
      'CLOSED',
    ])
    for (const path of ['/current-time', '/events']) {
      expect(linesOf(output, path).filter((line) => line.startsWith('message: '))).toHaveLength(2)
    }
    expect(linesOf(output, '/chat').filter((line) => !line.startsWith('message: '))).toEqual([
      `CONNECTING: to ${url}chat`,
      'server: a request without Last-Event-ID',
      'server: answers 401',
      expect.stringMatching(/^error: .* status 401/),
      'CLOSED: for good',
      'error.body: {"error":{"message":"The bearer token is wrong: it must be \\"demo-token\\"","type":"authentication_error"}}',
      `CONNECTING: to ${url}chat?busy=1&drop=16`,
      'server: a request without Last-Event-ID',
      'server: answers 429, Retry-After: 1',
      expect.stringMatching(/^error: .* status 429/),
      'CONNECTING: again, in 1000 ms',
      'server: a request without Last-Event-ID',
      'OPEN',
      'server: breaks the connection off in the middle of what comes after token 16',
      'server: the connection is closed, its timer stopped',
      expect.stringMatching(/^error: .* was interrupted/),
      expect.stringMatching(/^CONNECTING: again, in \d+ ms$/),
      expect.stringMatching(/^server: a request with Last-Event-ID: [0-9a-f]{8}\.16$/),
      'OPEN',
      'server: the response has ended',
      'CLOSED: by the client, at [DONE]',
      expect.stringMatching(/^compared: all \d+ tokens, none lost, none doubled$/),
      `CONNECTING: to ${url}chat`,
      'server: a request without Last-Event-ID',
      'for await: You said “Hello there”. I am',
      expect.stringMatching(/^CLOSED: by break, after [0-9a-f]{8}\.8$/),
      'server: the connection is closed, its timer stopped',
    ])
    const answers = linesOf(output, '/chat').filter((line) => line.startsWith('message: '))
    expect(answers.at(-1)).toMatch(/^message: You said “Hello there”\. .* when the connection is\.$/)
    for (const answer of answers) expect(answers.at(-1)).toContain(answer)
    expect(output).toContain('the next attempt would have come after 10000 ms')
  })

  test('without it, leaves the server running until Ctrl-C, on another port if its own is taken', async (context) => {
    const port = await takePort(context)
    const program = start(context, [], { PORT: String(port) })
    await printed(program, 'Ctrl-C ends it')
    expect(program.stdout()).toContain(`(port ${port} is taken)`)
    const [, url = ''] = /The server is still at (\S+)/.exec(program.stdout()) ?? []
    expect((await fetch(url)).status).toBe(200)
    program.child.kill('SIGINT')
    expect(await program.ended).toBe(0)
    expect(program.stdout()).toMatch(/Stopped\.\n$/)
    expect(program.stderr()).toBe('')
  })
})

test('Ctrl-C also ends it in the middle of the tour', async (context) => {
  const program = start(context, ['--once'])
  await printed(program, 'name         Ada')
  program.child.kill('SIGINT')
  expect(await program.ended).toBe(0)
  expect(program.stderr()).toBe('')
})

test('--help says how to use it', async (context) => {
  const program = start(context, ['--help'])
  expect(await program.ended).toBe(0)
  expect(program.stdout()).toMatch(/^Usage: npm start \[-- --once\]\n/)
})

test.for([
  { args: ['--bogus'], told: "Unknown option '--bogus'" },
  { args: ['--once=1'], told: "Option '--once' does not take an argument" },
  { args: ['something'], told: "Unexpected argument 'something'" },
  { args: [], port: 'x', told: 'PORT is "x", which is not a port' },
  { args: [], port: '65536', told: 'PORT is "65536", which is not a port' },
])('$args and PORT=$port are a usage error', async ({ args, port = '0', told }, context) => {
  const program = start(context, args, { PORT: port })
  expect(await program.ended).toBe(2)
  expect(program.stderr()).toContain(told)
  expect(program.stderr()).toContain('Usage: npm start')
  expect(program.stdout()).toBe('')
})
