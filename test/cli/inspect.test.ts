/** `everysource inspect` as a program. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Settings } from '../../src/inspector/settings.ts'
import { root } from '../install.mjs'

const PROGRAM = `
import { inspect } from './src/cli/inspect.ts'
process.exitCode = await inspect(process.argv.slice(1))
`

function start(...args: string[]) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, '--', ...args], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stdin.end('from standard input')
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close').then(([code]: unknown[]) => code)
  return { child, stdout: () => stdout, stderr: () => stderr, ended }
}

/** The address that it prints. */
async function addressOf({ stdout }: ReturnType<typeof start>): Promise<string> {
  await vi.waitFor(
    () => {
      expect(stdout()).toMatch(/\n/)
    },
    { timeout: 120_000 },
  )
  return stdout().trim()
}

async function requestOf(...args: string[]): Promise<Settings['request']> {
  const address = await addressOf(start(...args))
  return ((await (await fetch(`${address}settings.json`)).json()) as Settings).request
}

test('it prints an address on loopback, serves the page there, and ends with Ctrl-C', async () => {
  const program = start('http://localhost:3000/events')
  const address = await addressOf(program)
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/$/)
  expect(await (await fetch(address)).text()).toContain('<title>Event stream')
  program.child.kill('SIGINT')
  expect(await program.ended).toBe(0)
  expect(program.stderr()).toBe('')
  await expect(fetch(address)).rejects.toThrow()
})

test('its arguments fill the form', async () => {
  expect(await requestOf('localhost:3000/events')).toEqual({
    url: 'http://localhost:3000/events',
    method: 'GET',
    headers: '',
    body: '',
  })
  expect(await requestOf('http://a.test/', '-H', 'Cookie:  a=1', '-d', '{"prompt": "x"}')).toEqual({
    url: 'http://a.test/',
    method: 'POST',
    headers: 'Cookie: a=1\nContent-Type: application/json',
    body: '{"prompt": "x"}',
  })
  expect(await requestOf('-X', 'put', '-H', 'content-type: text/plain', '-d', '@-', 'http://a.test/')).toMatchObject({
    method: 'PUT',
    headers: 'content-type: text/plain',
    body: 'from standard input',
  })
})

test('a port that is taken is a failure', async () => {
  const { port } = new URL(await addressOf(start()))
  const second = start('--port', port)
  expect(await second.ended).toBe(1)
  expect(second.stderr()).toContain('EADDRINUSE')
})

test('--help shows the options', async () => {
  const program = start('--help')
  expect(await program.ended).toBe(0)
  expect(program.stdout()).toContain('Usage: everysource inspect')
})

test.for([
  ['--bogus'],
  ['ftp://example.org/'],
  ['http://a.test/', 'http://b.test/'],
  ['--port', 'x'],
  ['--port', '65536'],
  ['-H', 'no colon'],
  ['-d', '@/there/is/none'],
])('%j is wrong usage', async (args) => {
  const program = start(...args)
  expect(await program.ended).toBe(2)
  expect(program.stderr()).toContain('Usage: everysource inspect')
  expect(program.stdout()).toBe('')
})
