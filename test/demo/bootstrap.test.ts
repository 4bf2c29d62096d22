/** `demo/start.mjs` in a minimal project: when it builds, and that it passes signals and exit codes through. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BUILT, root } from '../install.mjs'
import { until } from './open.ts'

/** Prints its arguments, and exits with a code that depends on them. */
const MAIN = `
const timer = setTimeout(() => {}, process.argv.includes('stay') ? 60_000 : 0)
process.on('SIGINT', () => { console.log('interrupted'); process.exitCode = 4; clearTimeout(timer) })
if (process.argv.includes('fail')) process.exitCode = 3
console.log('running with', ...process.argv.slice(2))
`

/** @param build the command of its build script */
function createProject(build: string): string {
  const project = mkdtempSync(join(tmpdir(), 'everysource-'))
  onTestFinished(() => {
    rmSync(project, { recursive: true })
  })
  const write = (file: string, content: string) => {
    mkdirSync(dirname(join(project, file)), { recursive: true })
    writeFileSync(join(project, file), content)
  }
  for (const file of ['demo/start.mjs', 'test/install.mjs']) cpSync(join(root, file), join(project, file))
  write('demo/main.ts', MAIN)
  write('package.json', JSON.stringify({ type: 'module', scripts: { build } }))
  write('package-lock.json', JSON.stringify({ packages: {} }))
  write('tsup.config.ts', '')
  write('src/deep/index.ts', '')
  mkdirSync(join(project, 'node_modules/.bin'), { recursive: true })
  symlinkSync(process.execPath, join(project, 'node_modules/.bin/node'))
  for (const file of BUILT) {
    write(join('dist', file), '')
    // Newer than all sources.
    const soon = Date.now() / 1000 + 60
    utimesSync(join(project, 'dist', file), soon, soon)
  }
  return project
}

function start(
  project: string,
  ...args: string[]
): { child: ChildProcess; output: () => string; code: Promise<unknown> } {
  const child = spawn(process.execPath, [join(project, 'demo/start.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  return { child, output: () => output, code: once(child, 'close').then(([code]: unknown[]) => code) }
}

test('skips the build if dist is up to date', async () => {
  const { output, code } = start(createProject('exit 9'), 'a', '--b')
  expect(await code).toBe(0)
  expect(output()).toBe('running with a --b\n')
})

test.for(['src/deep/index.ts', 'tsup.config.ts', 'package.json'])('builds after a change of %s', async (file) => {
  const project = createProject('echo built')
  const later = Date.now() / 1000 + 120
  utimesSync(join(project, file), later, later)
  const { output, code } = start(project)
  expect(await code).toBe(0)
  expect(output()).toMatch(/^Building dist from src\nbuilt.*\nrunning with\n$/)
})

test.for(BUILT)('builds if %s is missing', async (file) => {
  const project = createProject('echo built')
  rmSync(join(project, 'dist', file))
  const { output, code } = start(project)
  expect(await code).toBe(0)
  expect(output()).toContain('built')
})

test('exits if the build fails', async () => {
  const project = createProject('exit 9')
  rmSync(join(project, 'dist'), { recursive: true })
  const { output, code } = start(project)
  expect(await code).toBe(9)
  expect(output()).not.toContain('running')
})

test("exits with the demo's exit code", async () => {
  expect(await start(createProject(''), 'fail').code).toBe(3)
})

test.skipIf(process.platform === 'win32')('forwards signals to the demo', async () => {
  const { child, output, code } = start(createProject(''), 'stay')
  await until(() => output().includes('running'))
  child.kill('SIGINT')
  expect(await code).toBe(4)
  expect(output()).toContain('interrupted')
})
