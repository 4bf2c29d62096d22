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
  const exited = once(child, 'close').then(([code]: unknown[]) => code)
  return { child, stdout: () => stdout, stderr: () => stderr, exited }
}

/** The URL that it prints. */
async function urlOf({ stdout }: ReturnType<typeof start>): Promise<string> {
  await vi.waitFor(
    () => {
      expect(stdout()).toMatch(/\n/)
    },
    { timeout: 120_000 },
  )
  return stdout().trim()
}

async function requestOf(...args: string[]): Promise<Settings['request']> {
  const pageURL = await urlOf(start(...args))
  return ((await (await fetch(`${pageURL}settings.json`)).json()) as Settings).request
}

test('prints a loopback URL, serves the page there, and exits on Ctrl-C', async () => {
  const program = start('http://localhost:3000/events')
  const pageURL = await urlOf(program)
  expect(pageURL).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/$/)
  expect(await (await fetch(pageURL)).text()).toContain('<title>everysource inspector')
  program.child.kill('SIGINT')
  expect(await program.exited).toBe(0)
  expect(program.stderr()).toBe('')
  await expect(fetch(pageURL)).rejects.toThrow()
})

test('fills the form from its arguments', async () => {
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

test('exits with 1 if the port is in use', async () => {
  const { port } = new URL(await urlOf(start()))
  const second = start('--port', port)
  expect(await second.exited).toBe(1)
  expect(second.stderr()).toContain('EADDRINUSE')
})

test('shows the options with --help', async () => {
  const program = start('--help')
  expect(await program.exited).toBe(0)
  expect(program.stdout()).toContain('Usage: everysource inspect')
})

test.for([
  ['--bogus'],
  ['-X', 'TRACE'],
  ['ftp://example.org/'],
  ['http://a.test/', 'http://b.test/'],
  ['--port', 'x'],
  ['--port', '65536'],
  ['-H', 'no colon'],
  ['-d', '@/no/such/file'],
])('exits with 2 for %j', async (args) => {
  const program = start(...args)
  expect(await program.exited).toBe(2)
  expect(program.stderr()).toMatch(/^everysource inspect: .+\nFor help, run: npx everysource inspect --help\n$/)
  expect(program.stdout()).toBe('')
})

test('suggests the option for a misspelled one', async () => {
  const program = start('--prot', '3000')
  expect(await program.exited).toBe(2)
  expect(program.stderr()).toContain('Unknown option --prot. Did you mean --port?')
})
