/** The examples of docs/reference/cli.md, as they stand but for their servers' addresses. */

import assert from 'node:assert/strict'
import { rmSync, readFileSync, writeFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'
import { blocksOf, replaced } from '../docs/blocks.ts'
import type { BrokenServer } from './broken.ts'
import { nobody } from './broken.ts'
import { CLI, Command } from './command.ts'
import type { Part } from './part.ts'

const PAGE = 'docs/reference/cli.md'
/** What `npx everysource` is where nothing has been installed. */
const PRELUDE = 'npx() { shift; "$TEST_NODE" "$TEST_CLI" "$@"; }\n'

type Check = (text: string, server: BrokenServer) => Promise<void>

const CHECKS: Record<string, Check> = {
  'At the top': async (text, { origin }) => {
    const command = shell(text, { 'localhost:8000/stream': `${origin}/greetings` })
    await command.prints('tick #2: {"n":2}\n')
    assert.equal(command.output, 'message #1: Hello\ntick #2: {"n":2}\n')
    command.child.kill('SIGINT')
    await command.ends()
  },
  'At the top (2)': async (text, { origin }) => {
    assert.deepEqual(withoutTimes(text), 'message #1: Hello\ntick #2: {"n":2}\n')
    const command = shell('exec "$TEST_NODE" "$TEST_CLI" localhost:8000/stream', {
      'localhost:8000/stream': `${origin}/greetings`,
    })
    await command.prints('tick #2')
    command.child.kill('SIGINT')
    const { errors } = await command.ends()
    const third = blockOf('At the top (3)')
    assert.equal(errors, third.replace('http://localhost:8000/stream', `${origin}/greetings`))
  },
  'In scripts': async (text, server) => {
    const file = path('.cache/ticks.txt')
    rmSync(file, { force: true })
    const { code } = await shell(text, ticks(server)).ends()
    assert.deepEqual([code, readFileSync(file, 'utf8')], [0, 'tick 1\ntick 2\n'])
  },
  'In scripts (2)': prints('tick 1\ntick 2\n'),
  'In scripts (3)': prints('The stream works\n'),
  'In scripts (4)': prints('tick 1\n'),
  "An AI's answer": async (text, { origin }) => {
    const outcome = await shell(text, { 'localhost:8000': origin }).ends()
    assert.deepEqual(outcome, { code: 0, output: 'A stream of events.\n', errors: '' })
  },
  'What is wrong with my server?': async (text) => {
    const { errors } = await watched(text)
    const said = withoutTimes(errors).split('\n')
    const shown = withoutTimes(blockOf('What is wrong with my server? (3)')).split('\n')
    assert.deepEqual(said.slice(0, shown.length - 1), shown.slice(0, -1))
  },
  'What is wrong with my server? (4)': async (text) => {
    const { output, errors } = await watched(text)
    assert.match(output, /^message: \{"time":\d+\}\n/)
    assert.doesNotMatch(errors, /^!/m)
  },
}

/** Those that others are compared with, or run with. */
const WITH_OTHERS = ['At the top (3)', 'What is wrong with my server? (2)', 'What is wrong with my server? (3)']

export const documented: Part = {
  name: 'documented',
  checks: (server) => {
    addRoutes(server)
    const checks = Object.entries(CHECKS).map(([name, check]) => [name, () => check(blockOf(name), server)] as const)
    return {
      'each block is tested, and nothing else': () => {
        const tested = [...Object.keys(CHECKS), ...WITH_OTHERS]
        assert.deepEqual(
          blocksOf(PAGE)
            .map(({ name }) => name)
            .sort(),
          tested.sort(),
        )
        return Promise.resolve()
      },
      ...Object.fromEntries(checks),
    }
  },
}

function blockOf(name: string): string {
  return blocksOf(PAGE).find((block) => block.name === name)?.text ?? ''
}

/** Runs a block in a shell. */
function shell(text: string, replacements: Record<string, string>): Command {
  const env = { TEST_NODE: process.execPath, TEST_CLI: CLI, PATH: process.env.PATH ?? '' }
  const isOne = !/[|>]/.test(text)
  // An interrupt is for the command, not for a shell around it.
  const command = isOne
    ? replaced(text, replacements).replace(/^npx everysource/, 'exec "$TEST_NODE" "$TEST_CLI"')
    : undefined
  const started = new Command(['sh', '-c', command ?? PRELUDE + replaced(text, replacements)], env)
  started.child.stdin.end()
  return started
}

function ticks({ origin }: BrokenServer): Record<string, string> {
  return { 'localhost:8000': origin }
}

function prints(output: string): Check {
  return async (text, server) => {
    assert.deepEqual(await shell(text, ticks(server)).ends(), { code: 0, output, errors: '' })
  }
}

/** What the command of the page says of a server of the page, after a while. */
async function watched(program: string): Promise<{ output: string; errors: string }> {
  const origin = await nobody()
  const { host, port } = new URL(origin)
  const file = path(`.cache/cli-server-${port}.mjs`)
  writeFileSync(file, replaced(program, { 'listen(3000)': `listen(${port}, '127.0.0.1', () => console.log('up'))` }))
  const server = new Command([process.execPath, file])
  try {
    await server.prints('up')
    const command = shell(blockOf('What is wrong with my server? (2)'), { 'localhost:3000': host })
    await (program.includes("'data: '") ? command.prints('message: ') : command.complains('!        '))
    command.child.kill('SIGINT')
    return await command.ends()
  } finally {
    server.child.kill()
    rmSync(file)
  }
}

/** Times, ports and figures are different each time. */
function withoutTimes(text: string): string {
  return (
    text
      .replaceAll(/\d\d:\d\d:\d\d\.\d{3} /g, '')
      .replaceAll(/\d+\.\d s/g, 'N s')
      .replaceAll(/localhost:\d+|127\.0\.0\.1:\d+/g, 'HOST')
      .replaceAll(/"time":\d+/g, '"time":N')
      // The server writes one each second, and the machine may be busy.
      .replaceAll(/\d+ lines? of JSON without "data:" before (?:it|them)/g, 'lines of JSON without "data:"')
  )
}

function addRoutes({ add }: BrokenServer): void {
  const head = { 'Content-Type': 'text/event-stream' }
  add('/greetings', (response) => {
    response.writeHead(200, head).write('id: 1\ndata: Hello\n\nid: 2\nevent: tick\ndata: {"n":2}\n\n')
  })
  add('/ticks', (response) => {
    response.writeHead(200, head)
    let n = 0
    const timer = setInterval(() => response.write(`data: tick ${++n}\n\n`), 100)
    response.once('close', () => {
      clearInterval(timer)
    })
  })
  add('/chat', (response, request) => {
    const { authorization, 'content-type': type } = request.headers
    const isRight = request.method === 'POST' && authorization === 'Bearer demo-token' && type === 'application/json'
    if (isRight) response.writeHead(200, head).end('data: A stream of events.\n\n')
    else response.writeHead(400).end()
  })
}
