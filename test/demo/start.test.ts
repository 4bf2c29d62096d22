/** `demo/main.ts` as a program: the tour, arguments, exit codes. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, test, vi, type TestContext } from 'vitest'
import { root } from '../install.mjs'

/** In ms. */
const TOUR_TIMEOUT = 180_000

interface Program {
  child: ChildProcess
  stdout: () => string
  stderr: () => string
  /** The exit code, or the signal that terminated it. */
  exited: Promise<unknown>
}

function start(context: TestContext, args: string[], environment: Record<string, string> = {}): Program {
  const env: NodeJS.ProcessEnv = { ...process.env, PORT: '0', ...environment }
  // May be set in the test run, but the output here goes to a pipe.
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
  const exited = once(child, 'close').then(([code, signal]: unknown[]) => code ?? signal)
  return { child, stdout: () => stdout, stderr: () => stderr, exited }
}

/** Waits until the program prints the text. */
function printed(program: Program, text: string): Promise<void> {
  return vi.waitFor(
    () => {
      expect(program.stdout() + program.stderr()).toContain(text)
    },
    { timeout: TOUR_TIMEOUT, interval: 20 },
  )
}

/** Returns a port that is in use. */
async function takePort(context: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  context.onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** The lines of a stream, without its path. */
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

describe.concurrent('the tour', { timeout: 2 * TOUR_TIMEOUT }, () => {
  test('with --once, covers all streams and exits', async (context) => {
    const program = start(context, ['--once'])
    expect(await program.exited).toBe(0)
    expect(program.stderr()).toBe('')

    const output = program.stdout()
    // eslint-disable-next-line no-control-regex -- matches the start of a color sequence
    expect(output).not.toMatch(/\x1b/)
    const [, url] = /listening at (http:\/\/127\.0\.0\.1:\d+\/)/.exec(output) ?? []
    // On a busy machine, the server may reach the middle of part 7 before it notices the close.
    const drop = linesOf(output, '/drop').filter((line) => !line.endsWith('in the middle of part 7'))
    expect(drop).toEqual([
      `CONNECTING: to ${url}drop`,
      'server: request without Last-Event-ID',
      'OPEN',
      ...[1, 2, 3].map((number) => `message: part ${number} (id ${number})`),
      'server: drops the connection in the middle of part 4',
      'server: connection closed, timer stopped',
      expect.stringMatching(/^error: The event stream at .* was interrupted/),
      expect.stringMatching(/^CONNECTING: reconnecting in \d+ ms$/),
      'server: request with Last-Event-ID: 3',
      'OPEN',
      ...[4, 5, 6].map((number) => `message: part ${number} (id ${number})`),
      'CLOSED: by the client',
      'server: connection closed, timer stopped',
    ])
    expect(linesOf(output, '/article').slice(-3)).toEqual([
      expect.stringMatching(/message: Hello there\.$/),
      'end: That is all',
      'CLOSED: by the client, at event "end"',
    ])
    expect(linesOf(output, '/stream').slice(-2)).toEqual([
      'CLOSED: by the client, after 10 s',
      'server: connection closed, timer stopped',
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
      'server: request without Last-Event-ID',
      'server: responds with 401',
      expect.stringMatching(/^error: .* status 401/),
      'CLOSED: not reconnecting',
      'error.body: {"error":{"message":"The bearer token is wrong: it must be \\"demo-token\\"","type":"authentication_error"}}',
      `CONNECTING: to ${url}chat?busy=1&drop=16`,
      'server: request without Last-Event-ID',
      'server: responds with 429, Retry-After: 1',
      expect.stringMatching(/^error: .* status 429/),
      'CONNECTING: reconnecting in 1000 ms',
      'server: request without Last-Event-ID',
      'OPEN',
      'server: drops the connection in the middle of the event after token 16',
      'server: connection closed, timer stopped',
      expect.stringMatching(/^error: .* was interrupted/),
      expect.stringMatching(/^CONNECTING: reconnecting in \d+ ms$/),
      expect.stringMatching(/^server: request with Last-Event-ID: [0-9a-f]{8}\.16$/),
      'OPEN',
      'server: response ended',
      'CLOSED: by the client, at [DONE]',
      expect.stringMatching(/^all \d+ tokens received exactly once$/),
      `CONNECTING: to ${url}chat`,
      'server: request without Last-Event-ID',
      'for await: You said “Hello there”. I am',
      expect.stringMatching(/^CLOSED: by break, after [0-9a-f]{8}\.8$/),
      'server: connection closed, timer stopped',
    ])
    const answers = linesOf(output, '/chat').filter((line) => line.startsWith('message: '))
    expect(answers.at(-1)).toMatch(/^message: You said “Hello there”\. .* when the connection drops\.$/)
    for (const answer of answers) expect(answers.at(-1)).toContain(answer)
    expect(output).toContain('it would reconnect in 10000 ms')
  })

  test('without --once, keeps the server running until Ctrl-C, on a free port if its own is in use', async (context) => {
    const port = await takePort(context)
    const program = start(context, [], { PORT: String(port) })
    await printed(program, 'Press Ctrl-C to stop')
    expect(program.stdout()).toContain(`(port ${port} is in use)`)
    const [, url = ''] = /still running\. Open (\S+)/.exec(program.stdout()) ?? []
    expect((await fetch(url)).status).toBe(200)
    program.child.kill('SIGINT')
    expect(await program.exited).toBe(0)
    expect(program.stdout()).toMatch(/Stopped\.\n$/)
    expect(program.stderr()).toBe('')
  })
})

test('exits on Ctrl-C in the middle of the tour', async (context) => {
  const program = start(context, ['--once'])
  await printed(program, 'name         Ada')
  program.child.kill('SIGINT')
  expect(await program.exited).toBe(0)
  expect(program.stderr()).toBe('')
})

test('shows the usage with --help', async (context) => {
  const program = start(context, ['--help'])
  expect(await program.exited).toBe(0)
  expect(program.stdout()).toMatch(/^Usage: npm start \[-- --once\]\n/)
})

test.for([
  { args: ['--bogus'], message: "Unknown option '--bogus'" },
  { args: ['--once=1'], message: "Option '--once' does not take an argument" },
  { args: ['something'], message: "Unexpected argument 'something'" },
  { args: [], port: 'x', message: 'PORT must be a number from 0 to 65535, got "x"' },
  { args: [], port: '65536', message: 'PORT must be a number from 0 to 65535, got "65536"' },
])('rejects $args and PORT=$port', async ({ args, port = '0', message }, context) => {
  const program = start(context, args, { PORT: port })
  expect(await program.exited).toBe(2)
  expect(program.stderr()).toContain(message)
  expect(program.stderr()).toContain('Usage: npm start')
  expect(program.stdout()).toBe('')
})
