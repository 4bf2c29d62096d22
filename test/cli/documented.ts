/** Runs the examples of docs/reference/cli.md with the test server's address. */

import assert from 'node:assert/strict'
import { rmSync, readFileSync, writeFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'
import { blocksOf, replaced } from '../docs/blocks.ts'
import { CLI, Command } from './command.ts'
import type { Part } from './part.ts'
import { unusedOrigin, type StreamServer } from './test-server.ts'

const PAGE = 'docs/reference/cli.md'
/** Stands in for `npx everysource`, which is not installed here. */
const PRELUDE = 'npx() { shift; "$TEST_NODE" "$TEST_CLI" "$@"; }\n'

type Check = (text: string, server: StreamServer) => Promise<void>

const CHECKS: Record<string, Check> = {
  'Follow a stream': async (text, { origin }) => {
    const command = shell(text, { 'localhost:8000/stream': `${origin}/greetings` })
    await command.prints('tick #2: {"n":2}\n')
    assert.equal(command.output, 'message #1: Hello\ntick #2: {"n":2}\n')
    command.child.kill('SIGINT')
    await command.exits()
  },
  'Follow a stream (2)': async (text, { origin }) => {
    assert.deepEqual(withoutTimes(text), 'message #1: Hello\ntick #2: {"n":2}\n')
    const command = shell('exec "$TEST_NODE" "$TEST_CLI" localhost:8000/stream', {
      'localhost:8000/stream': `${origin}/greetings`,
    })
    await command.prints('tick #2')
    command.child.kill('SIGINT')
    const { errors } = await command.exits()
    const third = blockOf('Follow a stream (3)')
    assert.equal(errors, third.replace('http://localhost:8000/stream', `${origin}/greetings`))
  },
  'Use it in scripts': async (text, server) => {
    const file = path('.cache/ticks.txt')
    rmSync(file, { force: true })
    const { code } = await shell(text, ticks(server)).exits()
    assert.deepEqual([code, readFileSync(file, 'utf8')], [0, 'tick 1\ntick 2\n'])
  },
  'Use it in scripts (2)': prints('tick 1\ntick 2\n'),
  'Use it in scripts (3)': prints('The stream works\n'),
  'Use it in scripts (4)': prints('tick 1\n'),
  'POST a prompt': async (text, { origin }) => {
    const outcome = await shell(text, { 'localhost:8000': origin }).exits()
    assert.deepEqual(outcome, { code: 0, output: 'A stream of events.\n', errors: '' })
  },
  'Record and replay': async (text, server) => {
    const { output } = await shell(text, ticks(server)).exits()
    assert.equal(output, 'tick 1\ntick 2\n')
  },
  'Record and replay (2)': async (text, server) => {
    // In the folder of the commands.
    await shell(blockOf('Record and replay'), { ...ticks(server), 'ticks.jsonl': 'replayed.jsonl' }).exits()
    const port = new URL(await unusedOrigin()).port
    const replay = shell(text, { 'ticks.jsonl': 'replayed.jsonl', 8123: port })
    await replay.prints(`http://127.0.0.1:${port}/\n`)
    const client = shell(blockOf('Record and replay (3)'), { 8123: port })
    assert.equal((await client.exits()).output, 'tick 1\ntick 2\n')
    replay.child.kill('SIGINT')
    assert.equal((await replay.exits()).code, 0)
  },
  'Diagnose a server': async (text) => {
    const { errors } = await follow(text)
    const printed = withoutTimes(errors).split('\n')
    const documented = withoutTimes(blockOf('Diagnose a server (3)')).split('\n')
    assert.deepEqual(printed.slice(0, documented.length - 1), documented.slice(0, -1))
  },
  'Diagnose a server (4)': async (text) => {
    const { errors } = await follow(blockOf('Diagnose a server'), '')
    assert.equal(withoutTimes(errors.split('\n')[0] ?? ''), withoutTimes(text.trimEnd()))
  },
  'Diagnose a server (5)': async (text, { origin }) => {
    assert.equal(
      (await shell('npx everysource localhost:8000/locked', { 'localhost:8000': origin }).exits()).errors,
      text,
    )
  },
  'Diagnose a server (6)': async (text) => {
    const { output, errors } = await follow(text)
    assert.match(output, /^message: \{"time":\d+\}\n/)
    assert.doesNotMatch(errors, /^!/m)
  },
  'Diagnose a server (7)': async (text, { origin }) => {
    const command = shell('npx everysource --verbose localhost:8000/keep-alives', { 'localhost:8000': origin })
    await command.complains('keep-alives: ')
    command.child.kill('SIGINT')
    const { errors } = await command.exits()
    const line = errors.split('\n').find((line) => line.includes('keep-alives: every '))
    assert.equal(withoutSeconds(`${line ?? errors}\n`), withoutSeconds(text))
  },
}

/** Blocks that other checks use. */
const USED_BY_OTHERS = [
  'Record and replay (3)',
  'Follow a stream (3)',
  'Diagnose a server (2)',
  'Diagnose a server (3)',
]

export const documented: Part = {
  name: 'documented',
  checks: (server) => {
    addRoutes(server)
    const checks = Object.entries(CHECKS).map(([name, check]) => [name, () => check(blockOf(name), server)] as const)
    return {
      'tests each block of the page': () => {
        const tested = [...Object.keys(CHECKS), ...USED_BY_OTHERS]
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
  // Without a shell in between, an interrupt reaches the command itself.
  const command = isOne
    ? replaced(text, replacements).replace(/^npx everysource/, 'exec "$TEST_NODE" "$TEST_CLI"')
    : undefined
  const started = new Command(['sh', '-c', command ?? PRELUDE + replaced(text, replacements)], env)
  started.child.stdin.end()
  return started
}

function ticks({ origin }: StreamServer): Record<string, string> {
  return { 'localhost:8000': origin }
}

function prints(output: string): Check {
  return async (text, server) => {
    assert.deepEqual(await shell(text, ticks(server)).exits(), { code: 0, output, errors: '' })
  }
}

/** Runs the page's command against one of its servers. */
async function follow(program: string, option = '--verbose'): Promise<{ output: string; errors: string }> {
  const origin = await unusedOrigin()
  const { host, port } = new URL(origin)
  const file = path(`.cache/cli-server-${port}.mjs`)
  writeFileSync(file, replaced(program, { 'listen(3000)': `listen(${port}, '127.0.0.1', () => console.log('up'))` }))
  const server = new Command([process.execPath, file])
  try {
    await server.prints('up')
    const command = shell(blockOf('Diagnose a server (2)'), { 'localhost:3000': host, '--verbose': option })
    if (program.includes("'data: '")) await command.prints('message: ')
    else await command.complains(option === '' ? 'For details' : '!        ')
    command.child.kill('SIGINT')
    return await command.exits()
  } finally {
    server.child.kill()
    rmSync(file)
  }
}

/** Replaces times, ports and counts, which differ each time. */
function withoutTimes(text: string): string {
  return (
    text
      .replaceAll(/\d\d:\d\d:\d\d\.\d{3} /g, '')
      .replaceAll(/\d+\.\d s/g, 'N s')
      .replaceAll(/localhost:\d+|127\.0\.0\.1:\d+/g, 'HOST')
      .replaceAll(/"time":\d+/g, '"time":N')
      // The server writes a line per second, so a slow machine sees more of them.
      .replaceAll(/\d+ lines? of JSON without "data:" before (?:it|them)/g, 'lines of JSON without "data:"')
  )
}

function withoutSeconds(text: string): string {
  return withoutTimes(text).replaceAll(/\d+ s/g, 'N s')
}

function addRoutes({ add }: StreamServer): void {
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
  add('/locked', (response) => {
    response.writeHead(401).end()
  })
  add('/keep-alives', (response) => {
    response.writeHead(200, head)
    // Comments closer together than a second are not counted as keep-alives.
    const timer = setInterval(() => response.write(':\n\n'), 1_200)
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
